import { ask, find, run, say, written } from "./shared/frame.js";
import { asWav, recording } from "./shared/sound.js";

let turns = []; // [{role, content}], what the model is told each time
let times = null;

const post = (address, signal, body) => ask(address, { method: "POST", signal, body });

function showTurn(role, text, sound) {
  const item = Object.assign(document.createElement("li"), { className: role });
  item.append(Object.assign(document.createElement("div"), { lang: "en", textContent: text }));
  if (sound) {
    const player = Object.assign(document.createElement("audio"), { src: URL.createObjectURL(sound), controls: true });
    player.setAttribute("aria-label", role === "user" ? say("Your question", "您的问题") : say("The answer", "回答"));
    item.append(player);
  }
  find("#turns").append(item);
  item.scrollIntoView({ block: "nearest" });
  return item;
}

function showTimes() {
  find("#facts").textContent = times && say(
    `heard after ${times.heard} s, answered after ${times.answered} s (${times.pace} words a second), spoken after ${times.spoken} s`,
    `${times.heard} 秒听懂，${times.answered} 秒作答（每秒 ${times.pace} 词），${times.spoken} 秒开口`);
}
written(showTimes);

/** `question` is a sound, or text. */
async function talk(question) {
  const began = performance.now();
  const since = () => ((performance.now() - began) / 1000).toFixed(1);
  const noted = {};
  await run(async (signal) => {
    let text = question;
    if (question instanceof Blob) {
      const wav = await asWav(question);
      text = (await (await post("/api/transcribe", signal, wav)).json()).text;
      if (!text) throw new Error(say("No speech was heard.", "没有听到语音。"));
      showTurn("user", text, wav);
    } else {
      showTurn("user", text);
    }
    noted.heard = since();
    const asked = [...turns, { role: "user", content: text }].slice(-12);
    const answer = await (await post("/api/answer", signal, JSON.stringify({ messages: asked }))).json();
    noted.answered = since();
    noted.pace = Math.round(answer.tokensPerSecond * 0.75);
    const sound = await (await post("/api/speak", signal, JSON.stringify({ text: answer.text }))).blob();
    noted.spoken = since();
    turns = [...asked, { role: "assistant", content: answer.text }];
    const item = showTurn("assistant", answer.text, sound);
    item.querySelector("audio").play().catch(() => {}); // some browsers want a click first
    times = noted;
    showTimes();
  });
}

recording(find("#record"), ["Press and ask", "按下提问"], talk);
find("#sample").addEventListener("click", async () => talk(await (await fetch("sample.wav")).blob()));
find("#file").addEventListener("change", () => {
  const file = find("#file").files[0];
  find("#file").value = "";
  if (file) talk(file);
});
find("#typed").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = find("#text").value.trim();
  find("#text").value = "";
  if (text) talk(text);
});
find("#again").addEventListener("click", () => {
  turns = [];
  times = null;
  find("#turns").replaceChildren();
  showTimes();
  find("#cancel").click();
});
