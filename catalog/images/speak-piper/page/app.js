import { ask, find, run, say, written } from "./shared/frame.js";

const samples = [
  ["Weather", "天气", "Tomorrow will be sunny, with a light wind from the sea and eighteen degrees at noon."],
  ["Tongue twister", "绕口令", "She sells sea shells by the sea shore, and the shells she sells are sea shells for sure."],
  ["Story", "故事", "Once upon a time a small lighthouse wondered who would light the morning."],
];
for (const [en, zh, text] of samples) {
  const button = document.createElement("button");
  button.type = "button";
  written(() => { button.textContent = say(en, zh); });
  button.addEventListener("click", () => { find("#text").value = text; speak(); });
  find("#samples").append(button);
}

find("#speed").addEventListener("input", () => { find("#pace").textContent = `${(+find("#speed").value).toFixed(1)} ×`; });

let address = null;
async function speak() {
  const answer = await run(async (signal) => {
    const wish = { text: find("#text").value, voice: find("#voice").value || undefined, speed: +find("#speed").value };
    const response = await ask("/api/speak", { method: "POST", signal, body: JSON.stringify(wish) });
    return { sound: await response.blob(), spoken: +response.headers.get("X-Audio-Seconds"), took: +response.headers.get("X-Compute-Seconds") };
  });
  if (!answer) return;
  URL.revokeObjectURL(address);
  address = URL.createObjectURL(answer.sound);
  const player = Object.assign(document.createElement("audio"), { src: address, controls: true, autoplay: true });
  const save = Object.assign(document.createElement("a"), { href: address, download: "speech.wav", className: "button" });
  const facts = Object.assign(document.createElement("p"), { className: "facts", id: "facts" });
  const speed = (answer.spoken / Math.max(answer.took, 0.001)).toFixed(1);
  save.textContent = say("Save as WAV", "保存为 WAV");
  facts.textContent = say(`${answer.spoken.toFixed(1)} s of speech in ${answer.took.toFixed(2)} s: ${speed} × real time`,
    `${answer.took.toFixed(2)} 秒合成 ${answer.spoken.toFixed(1)} 秒语音：实时的 ${speed} 倍`);
  find("#result").replaceChildren(player, facts, save);
  find("#result").hidden = false;
}
find("#go").addEventListener("click", speak);

// The first one speaks while their names are not here.
const told = await ask("/api/voices", {}).then((response) => response.json(), () => ({ voices: [] }));
for (const { id, name, engine } of told.voices) find("#voice").append(new Option(`${name} · ${engine}`, id));
