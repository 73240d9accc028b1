// What the small demos' pages share: two languages, one piece of work at a time, errors in words.

const chosen = new URLSearchParams(location.search).get("lang") ?? navigator.language;
let language = chosen.toLowerCase().startsWith("zh") ? "zh" : "en";

/** The text in the reader's language. */
export const say = (en, zh) => (language === "zh" ? zh : en);

export const find = (selector) => document.querySelector(selector);

const listeners = [];
/** Calls `write` now and whenever the language changes. */
export function written(write) {
  listeners.push(write);
  write();
}

function showLanguage() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-zh]")) {
    element.dataset.en ??= element.textContent;
    element.textContent = language === "zh" ? element.dataset.zh : element.dataset.en;
  }
  find("#language").textContent = language === "zh" ? "English" : "中文";
  for (const write of listeners) write();
}

find("#language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  showLanguage();
});
showLanguage();

// The servers' errors; what is not here is shown as the server says it.
const chinese = {
  "empty": "没有内容。", "too-long": "内容太长。", "too-large": "文件太大。", "not-a-picture": "这不是可以读取的图片。",
  "not-a-sound": "这不是可以读取的录音（请使用 WAV）。", "busy": "前面还有人在等待，请稍后再试。", "loading": "引擎仍在加载。",
  "nothing-to-say": "这段文字里没有可以朗读的内容。", "not-a-note": "有的音符看不懂。", "no-such-voice": "没有这个声音。", "no-such-speed": "语速应在 0.5 到 2 之间。",
  "engine-failed": "引擎处理这份输入时失败。",
};

let work = null;
/** Runs `call(signal)` with the page's status line and cancel button; a new call ends the one before. */
export async function run(call) {
  work?.abort();
  const mine = (work = new AbortController());
  const began = performance.now();
  const status = find("#status");
  status.className = "spin";
  status.textContent = say("Working…", "处理中…");
  find("#cancel").hidden = false;
  try {
    const result = await call(mine.signal);
    status.className = "facts";
    status.textContent = say(`Took ${seconds(performance.now() - began)} s`, `用时 ${seconds(performance.now() - began)} 秒`);
    return result;
  } catch (error) {
    status.className = mine.signal.aborted ? "facts" : "alarm";
    status.textContent = mine.signal.aborted ? say("Cancelled.", "已取消。") : error.message;
    return null;
  } finally {
    if (work === mine) {
      work = null;
      find("#cancel").hidden = true;
    }
  }
}
find("#cancel").addEventListener("click", () => work?.abort());

const seconds = (milliseconds) => (milliseconds / 1000).toFixed(milliseconds < 10000 ? 1 : 0);

/** A request whose failure is an Error with words for a person. */
export async function ask(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Error(say("The demo does not answer. Is it still running?", "演示没有回应。它还在运行吗？"));
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => null);
  const { code, message } = told?.error ?? {};
  throw new Error(say(message ?? `Error ${response.status}`, chinese[code] ?? message ?? `错误 ${response.status}`));
}

/** Lets people choose a file by the button or drop it on the area. */
export function takeFiles(area, input, take) {
  input.addEventListener("change", () => {
    const file = input.files[0];
    input.value = ""; // so that the same file can be chosen again
    if (file) take(file);
  });
  area.addEventListener("dragover", (event) => { event.preventDefault(); area.classList.add("over"); });
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("over");
    if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
}
