import { ask, find, run, say, takeFiles } from "./shared/frame.js";
import { asWav, recording } from "./shared/sound.js";

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
recording(find("#record"), ["Record", "录音"], listen);
