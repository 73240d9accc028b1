;; Sings song.xml to song.wav, both in the current folder.
(voice_kal_diphone) ; the only one of Debian's voices that follows the notes
(gc-status nil)
(set! sung nil)
(set! tts_hooks (list utt.synth (lambda (utt) (set! sung (cons utt sung)))))
(tts_file "song.xml" 'singing)
(if (cdr sung)
    (error "more than one utterance" (length sung)))
(utt.save.wave (car sung) "song.wav" 'riff)
