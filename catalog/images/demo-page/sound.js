// What pages that listen share: the microphone, and sounds as the servers take them.

import { find, say, written } from "./frame.js";

/** Any sound that the browser can play, as 16 kHz mono WAV. */
export async function asWav(file) {
  const context = new OfflineAudioContext(1, 1, 16000);
  let sound;
  try {
    sound = await context.decodeAudioData(await file.arrayBuffer());
  } catch {
    return file; // the server says what is wrong with it
  }
  const rendered = new OfflineAudioContext(1, Math.max(1, Math.ceil(sound.duration * 16000)), 16000);
  const source = new AudioBufferSourceNode(rendered, { buffer: sound });
  source.connect(rendered.destination);
  source.start();
  const samples = (await rendered.startRendering()).getChannelData(0);
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at, word) => [...word].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + 2 * samples.length, true); text(8, "WAVEfmt "); view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); view.setUint16(22, 1, true); view.setUint32(24, 16000, true); view.setUint32(28, 32000, true);
  view.setUint16(32, 2, true); view.setUint16(34, 16, true); text(36, "data"); view.setUint32(40, 2 * samples.length, true);
  samples.forEach((value, i) => view.setInt16(44 + 2 * i, Math.max(-1, Math.min(1, value)) * 32767, true));
  return new Blob([view], { type: "audio/wav" });
}

/** Makes `button` start and stop a recording, which `take(blob)` gets; `words` is its name at rest, in two languages. */
export function recording(button, words, take) {
  let recorder = null;
  written(() => { button.textContent = recorder ? say("Stop", "停止") : say(...words); });
  button.addEventListener("click", async () => {
    if (recorder) {
      recorder.stop();
      return;
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const pieces = [];
      recorder = new MediaRecorder(stream);
      recorder.ondataavailable = (event) => pieces.push(event.data);
      recorder.onstop = () => {
        stream.getTracks().forEach((track) => track.stop());
        recorder = null;
        button.textContent = say(...words);
        take(new Blob(pieces));
      };
      recorder.start();
      button.textContent = say("Stop", "停止");
    } catch {
      find("#status").className = "alarm";
      find("#status").textContent = say("The microphone cannot be used. Choose a recording instead.", "无法使用麦克风，请改为选择录音。");
    }
  });
}
