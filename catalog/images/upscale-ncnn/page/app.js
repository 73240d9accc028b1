import { ask, find, run, say, takeFiles } from "./shared/frame.js";

/** A picture of our own to try: a small lighthouse, drawn here so that nothing has to be fetched. */
async function sample() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 160, height: 120 });
  const pen = canvas.getContext("2d");
  const sky = pen.createLinearGradient(0, 0, 0, 90);
  sky.addColorStop(0, "#35527d");
  sky.addColorStop(1, "#ffb070");
  pen.fillStyle = sky; pen.fillRect(0, 0, 160, 120);
  pen.fillStyle = "#274156"; pen.fillRect(0, 88, 160, 32);
  pen.fillStyle = "#ffe9b0"; pen.beginPath(); pen.arc(52, 84, 13, Math.PI, 0); pen.fill();
  pen.fillStyle = "#f5efe6"; pen.beginPath(); pen.moveTo(106, 92); pen.lineTo(110, 34); pen.lineTo(122, 34); pen.lineTo(126, 92); pen.fill();
  pen.fillStyle = "#b0470f"; for (const y of [44, 62, 80]) pen.fillRect(107, y, 18, 7);
  pen.fillRect(108, 24, 16, 10); pen.fillStyle = "#fff3c4"; pen.fillRect(112, 26, 8, 8);
  pen.font = "9px serif"; pen.fillStyle = "#1b1e29"; pen.fillText("first light", 8, 112);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

let addresses = [];
async function enlarge(file) {
  const model = find("#model").value;
  const answer = await run(async (signal) => {
    const response = await ask(`/api/upscale?model=${model}`, { method: "POST", signal, body: file });
    return { picture: await response.blob(), took: +response.headers.get("X-Compute-Seconds"), size: response.headers.get("X-Size") };
  });
  if (!answer) return;
  addresses.forEach((address) => URL.revokeObjectURL(address));
  addresses = [URL.createObjectURL(file), URL.createObjectURL(answer.picture)];
  const box = Object.assign(document.createElement("div"), { className: "compare" });
  box.append(Object.assign(new Image(), { src: addresses[1], alt: say("After", "放大后"), id: "after" }),
    Object.assign(new Image(), { src: addresses[0], alt: say("Before", "放大前"), className: "before" }));
  const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 100, value: 50 });
  slider.setAttribute("aria-label", say("Before and after", "前后对比"));
  slider.addEventListener("input", () => box.style.setProperty("--cut", `${slider.value}%`));
  const facts = Object.assign(document.createElement("p"), { className: "facts", id: "facts" });
  facts.textContent = say(`${answer.size} pixels in ${answer.took.toFixed(2)} s`, `${answer.size} 像素，用时 ${answer.took.toFixed(2)} 秒`);
  const save = Object.assign(document.createElement("a"), { href: addresses[1], download: "enlarged.png", className: "button" });
  save.textContent = say("Save as PNG", "保存为 PNG");
  find("#result").replaceChildren(box, slider, facts, save);
  find("#result").hidden = false;
}

takeFiles(find("#drop"), find("#file"), enlarge);
find("#sample").addEventListener("click", async () => enlarge(await sample()));
