import { ask, find, run, say, written } from "./shared/frame.js";

// Melodies and words that nobody owns any more.
const songs = [
  ["Twinkle, twinkle", "小星星", 100, "C4 1 twin\nC4 1 kle\nG4 1 twin\nG4 1 kle\nA4 1 lit\nA4 1 tull\nG4 2 star\nF4 1 how\nF4 1 I\nE4 1 won\nE4 1 der\nD4 1 what\nD4 1 you\nC4 2 are"],
  ["Ode to Joy", "欢乐颂", 110, "E4 1 joy\nE4 1 thou\nF4 1 shi\nG4 1 ning\nG4 1 spark\nF4 1 of\nE4 1 hea\nD4 1 ven\nC4 1 daugh\nC4 1 ter\nD4 1 of\nE4 1 the\nE4 1.5 sun\nD4 0.5 and\nD4 2 sky"],
  ["Frère Jacques", "两只老虎", 120, "C4 1 are\nD4 1 you\nE4 1 slee\nC4 1 ping\nC4 1 are\nD4 1 you\nE4 1 slee\nC4 1 ping\nE4 1 bro\nF4 1 ther\nG4 2 John\nE4 1 bro\nF4 1 ther\nG4 2 John"],
];
function take([, , tempo, score]) {
  find("#score").value = score;
  find("#tempo").value = tempo;
}
take(songs[0]);
for (const song of songs) {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  written(() => { button.textContent = say(song[0], song[1]); });
  button.addEventListener("click", () => { take(song); sing(); });
  find("#samples").append(button);
}

function notes() {
  return find("#score").value.split("\n").map((line) => line.trim()).filter(Boolean).map((line, index) => {
    const [note, beats, ...word] = line.split(/\s+/);
    if (!word.length) throw new Error(say(`Line ${index + 1}: write note, beats and word, such as: C4 1 la`, `第 ${index + 1} 行：请写音名、拍数和歌词，例如：C4 1 la`));
    return { note, beats: Number(beats), word: word.join(" ") };
  });
}

let address = null;
async function sing() {
  const answer = await run(async (signal) => {
    const response = await ask("/api/sing", { method: "POST", signal, body: JSON.stringify({ tempo: Number(find("#tempo").value), notes: notes() }) });
    return { sound: await response.blob(), sung: +response.headers.get("X-Audio-Seconds"), took: +response.headers.get("X-Compute-Seconds") };
  });
  if (!answer) return;
  URL.revokeObjectURL(address);
  address = URL.createObjectURL(answer.sound);
  const player = Object.assign(document.createElement("audio"), { src: address, controls: true, autoplay: true });
  const facts = Object.assign(document.createElement("p"), { className: "facts", id: "facts" });
  const speed = (answer.sung / Math.max(answer.took, 0.001)).toFixed(1);
  facts.textContent = say(`${answer.sung.toFixed(1)} s of song in ${answer.took.toFixed(2)} s: ${speed} × real time`,
    `${answer.took.toFixed(2)} 秒合成 ${answer.sung.toFixed(1)} 秒歌声：实时的 ${speed} 倍`);
  const save = Object.assign(document.createElement("a"), { href: address, download: "song.wav", className: "button" });
  save.textContent = say("Save as WAV", "保存为 WAV");
  find("#result").replaceChildren(player, facts, save);
  find("#result").hidden = false;
}
find("#go").addEventListener("click", sing);
