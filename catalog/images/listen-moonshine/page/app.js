import { ask, find, run, say, takeFiles, written } from "./shared/frame.js";

let recorder = null;
written(() => { find("#record").textContent = recorder ? say("Stop", "停止") : say("Record", "录音"); });

/** Any sound that the browser can play, as 16 kHz mono WAV. */
async function asWav(file) {
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

let address = null;
async function listen(file) {
  URL.revokeObjectURL(address);
  address = URL.createObjectURL(file);
  Object.assign(find("#heard"), { src: address, hidden: false });
  const told = await run(async (signal) => {
    const response = await ask("/api/transcribe", { method: "POST", signal, body: await asWav(file) });
    return response.json();
  });
  if (!told) return;
  const text = Object.assign(document.createElement("p"), { id: "text", lang: "en", textContent: told.text || say("(no speech heard)", "（没有听到语音）") });
  const facts = Object.assign(document.createElement("p"), { className: "facts", id: "facts" });
  const speed = (told.audioSeconds / Math.max(told.computeSeconds, 0.001)).toFixed(1);
  facts.textContent = say(`${told.audioSeconds.toFixed(1)} s of sound in ${told.computeSeconds.toFixed(2)} s: ${speed} × real time`,
    `${told.computeSeconds.toFixed(2)} 秒处理 ${told.audioSeconds.toFixed(1)} 秒录音：实时的 ${speed} 倍`);
  const save = Object.assign(document.createElement("a"), { className: "button", download: "speech.txt", href: "data:text/plain;charset=utf-8," + encodeURIComponent(told.text) });
  save.textContent = say("Save as text", "保存为文本");
  find("#result").replaceChildren(text, facts, save);
  find("#result").hidden = false;
}

takeFiles(find("#drop"), find("#file"), listen);
find("#sample").addEventListener("click", async () => listen(await (await fetch("sample.wav")).blob()));
find("#record").addEventListener("click", async () => {
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
      find("#record").textContent = say("Record", "录音");
      listen(new Blob(pieces));
    };
    recorder.start();
    find("#record").textContent = say("Stop", "停止");
  } catch {
    find("#status").className = "alarm";
    find("#status").textContent = say("The microphone cannot be used. Drop a recording instead.", "无法使用麦克风，请改为拖入录音。");
  }
});
