import { ask, find, run, say, takeFiles, written } from "./shared/frame.js";

/** Pictures of our own to try, drawn here so that nothing has to be fetched. */
const samples = [
  ["Note", "便条", "#fff8d6", "28px Georgia, serif", ["Dear neighbour,", "the parcel for you is with me.", "Ring twice after 6 pm.", "Anna, second floor"]],
  ["Sign", "告示", "#e8f0ff", "30px sans-serif", ["图书馆开放时间", "周一至周五 9:00–21:00", "周末 10:00–18:00", "请保持安静"]],
  ["Receipt", "小票", "#ffffff", "24px monospace", ["早安咖啡 Morning Cafe", "拿铁 Latte        28.00", "面包 Bread        12.50", "合计 Total        40.50"]],
];
async function drawn([, , paper, font, lines]) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 560, height: 60 + lines.length * 52 });
  const pen = canvas.getContext("2d");
  pen.fillStyle = paper;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#22283a";
  pen.font = font;
  lines.forEach((line, index) => pen.fillText(line, 36, 66 + index * 52));
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
for (const sample of samples) {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  written(() => { button.textContent = say(sample[0], sample[1]); });
  button.addEventListener("click", async () => read(await drawn(sample)));
  find("#samples").append(button);
}

const svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
let shown = null; // what the reader last asked for
let address = null;
let saved = null;

async function read(file) {
  const answer = await run(async (signal) => (await ask("/api/read", { method: "POST", signal, body: file })).json());
  if (!answer) return;
  URL.revokeObjectURL(address);
  address = URL.createObjectURL(file);
  URL.revokeObjectURL(saved);
  saved = URL.createObjectURL(new Blob([answer.text + "\n"], { type: "text/plain;charset=utf-8" }));
  find("#save").href = saved;
  shown = answer;
  show();
}

/** Each line of the text and its outline light up together. */
function show() {
  if (!shown) return;
  const { lines, width, height, computeSeconds } = shown;
  find("#picture").src = address;
  find("#picture").alt = say("The picture, with each line of text outlined", "图片，每行文字都有轮廓");
  const outlines = svg("svg");
  outlines.setAttribute("viewBox", `0 0 ${width} ${height}`);
  outlines.setAttribute("aria-hidden", "true"); // the list below says it
  const items = lines.map((line) => {
    const outline = svg("polygon");
    outline.setAttribute("points", line.box.map((point) => point.join(",")).join(" "));
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: line.text });
    button.title = say(`sure to ${Math.round(line.score * 100)} %`, `把握 ${Math.round(line.score * 100)}%`);
    const light = (on) => [outline, button].forEach((part) => part.classList.toggle("on", on));
    for (const part of [outline, button]) {
      part.addEventListener("pointerenter", () => light(true));
      part.addEventListener("pointerleave", () => light(false));
    }
    button.addEventListener("focus", () => light(true));
    button.addEventListener("blur", () => light(false));
    outline.addEventListener("click", () => button.focus());
    outlines.append(outline);
    const item = document.createElement("li");
    item.append(button);
    return item;
  });
  find("#seen svg")?.remove();
  find("#seen").append(outlines);
  find("#lines").replaceChildren(...items);
  const letters = lines.reduce((sum, line) => sum + [...line.text].length, 0);
  const pace = Math.round(letters / Math.max(computeSeconds, 0.01));
  find("#facts").textContent = lines.length
    ? say(`${lines.length} lines, ${letters} letters in ${computeSeconds.toFixed(2)} s: ${pace} letters a second`,
      `${computeSeconds.toFixed(2)} 秒识别 ${lines.length} 行 ${letters} 字：每秒 ${pace} 字`)
    : say("No text was found in this picture.", "这张图片里没有找到文字。");
  find("#copy").disabled = lines.length === 0;
  find("#result").hidden = false;
}
written(show);

find("#copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(shown.text);
    find("#status").textContent = say("Copied.", "已复制。");
  } catch {
    find("#status").textContent = say("The browser did not allow it: save the text instead.", "浏览器不允许复制，请改为保存文字。");
  }
});
takeFiles(find("#drop"), find("#file"), read);
