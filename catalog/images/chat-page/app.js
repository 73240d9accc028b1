// The page: draws the conversation, listens to the person, and keeps watch over the server.
// It runs in browsers from about 2021 on (Chromium 86), which many computers still have.

import { readModel, readState } from "./api.js";
import { Conversation, endedByMemory } from "./conversation.js";
import { languageTag, otherLanguageTag, setText, switchLanguage, text, translate } from "./i18n.js";
import { drawMarkdown } from "./markdown.js";

const byId = (id) => document.getElementById(id);
const scroller = byId("scroller");
const messages = byId("messages");
const welcome = byId("welcome");
const question = byId("question");
const send = byId("send");
const stop = byId("stop");
const newChat = byId("new-chat");
const banner = byId("banner");
const latest = byId("latest");

const model = { id: null, name: null, contextTokens: null };
let conversation = new Conversation(model);
let answering = null; // the AbortController of the answer that is being written
let atEnd = true; // the reader is at the newest words and wants to stay there

// ---- The server -----------------------------------------------------------------------------------------------------

let watch = null; // a promise while someone already waits for the server

/** Resolves when the server is ready; until then a banner says what it is doing. */
function serverReady() {
  watch ??= waitForServer().finally(() => { watch = null; });
  return watch;
}

async function waitForServer() {
  const start = Date.now();
  for (;;) {
    const state = await readState();
    if (state === "ready") break;
    showBanner(state, Math.round((Date.now() - start) / 1000));
    await pause(1000);
  }
  banner.hidden = true;
  Object.assign(model, await readModel());
  byId("model").textContent = byId("model").title = model.name ?? "";
  byId("model").hidden = !model.name;
}

function showBanner(state, seconds) {
  setText(byId("elapsed"), "seconds", seconds);
  byId("elapsed").hidden = state !== "loading";
  if (!banner.hidden && banner.dataset.state === state) return; // a screen reader says it once
  banner.dataset.state = state;
  banner.hidden = false;
  setText(byId("banner-title"), `${state}Title`);
  setText(byId("banner-text"), `${state}Text`);
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// ---- Asking ---------------------------------------------------------------------------------------------------------

async function ask(words) {
  const controller = new AbortController();
  const stopped = new Promise((_, reject) => controller.signal.addEventListener("abort", reject));
  const asked = addQuestion(words);
  const view = addAnswer();
  setAnswering(controller);
  try {
    await Promise.race([serverReady(), stopped]);
    view.wait("reading");
    for await (const piece of conversation.ask(words, controller.signal)) view.add(piece);
    view.finish();
  } catch (error) {
    if (!view.element.isConnected) return; // New chat took it away
    if (controller.signal.aborted) view.finish(view.source ? "stopped" : "stoppedEarly");
    else fail(view, error, words, () => { asked.remove(); view.element.remove(); ask(words); });
  }
  setAnswering(null);
}

function fail(view, error, words, retry) {
  const cutShort = error.kind === "context" && view.source;
  view.finish(cutShort ? "memoryFull" : null);
  if (cutShort) view.offer("newChat", startNewChat);
  else showError(view, error, words, retry);
  if (error.kind === "gone" || error.kind === "broken" || error.kind === "loading") serverReady();
}

function showError(view, error, words, retry) {
  const box = add(view.element, "div", "error");
  const sentence = add(box, "p");
  const known = { gone: "errorGone", broken: "errorBroken", loading: "errorLoading", context: "errorContext" };
  box.setAttribute("role", "alert");
  setText(sentence, known[error.kind] ?? "errorServer", error.message);
  if (error.kind === "context") addButton(box, "newChat", () => { startNewChat(); write(words); });
  else addButton(box, "tryAgain", () => answering || retry());
  keepUp();
}

function setAnswering(controller) {
  const hadFocus = document.activeElement === send || document.activeElement === stop;
  answering = controller;
  send.hidden = Boolean(controller);
  stop.hidden = !controller;
  if (hadFocus) question.focus();
  showSendable();
}

function startNewChat() {
  answering?.abort();
  setAnswering(null);
  conversation = new Conversation(model);
  messages.replaceChildren();
  welcome.hidden = false;
  newChat.disabled = true;
  scroller.scrollTop = 0;
  speak("");
  question.focus();
}

// ---- Messages -------------------------------------------------------------------------------------------------------

function addQuestion(words) {
  const article = add(messages, "article", "message question");
  setText(add(article, "h2", "unseen"), "you");
  add(article, "div", "words").textContent = words;
  welcome.hidden = true;
  newChat.disabled = false;
  atEnd = true;
  return article;
}

function addAnswer() {
  const element = add(messages, "article", "message answer writing");
  setText(add(element, "h2", "unseen"), "ai");
  const view = new AnswerView(element);
  keepUp();
  return view;
}

/** One answer on the page, from "reading" to its last word. */
class AnswerView {
  source = "";
  #thoughts = "";
  #firstPieceAt = null;
  #lastPieceAt = null;
  #timings = null;
  #usage = null;
  #finish = null;
  #forgotten = false;
  #frame = null;

  constructor(element) {
    this.element = element;
    this.waiting = add(element, "p", "waiting");
    this.words = add(element, "div", "words");
    this.wait("waiting");
  }

  /** Says what the time before the first word is for. */
  wait(key) {
    setText(this.waiting, key);
    speak(text(key));
  }

  add(piece) {
    this.#forgotten ||= Boolean(piece.forgotten);
    this.#timings = piece.timings ?? this.#timings;
    this.#usage = piece.usage ?? this.#usage;
    this.#finish = piece.finish ?? this.#finish;
    if (!piece.text && !piece.thought) return;
    this.source += piece.text;
    this.#thoughts += piece.thought;
    this.#lastPieceAt = performance.now();
    this.#firstPieceAt ??= this.#lastPieceAt;
    this.#frame ??= requestAnimationFrame(() => { this.#frame = null; this.#draw(); });
  }

  /** Ends the answer; `note` names a sentence that says why, if it is not just complete. */
  finish(note = this.#reasonToEnd()) {
    if (this.#frame) cancelAnimationFrame(this.#frame);
    this.#draw();
    this.waiting.remove();
    this.element.classList.remove("writing");
    if (this.source) this.#addFooter();
    if (note) setText(add(this.element, "p", "note"), note);
    if (this.#finish === "length" && note === "memoryFull") this.offer("newChat", startNewChat);
    if (this.#forgotten) {
      setText(add(this.element, "p", "note"), "forgotten");
      this.offer("newChat", startNewChat);
    }
    speak([this.source, note && text(note)].filter(Boolean).join("\n"));
    keepUp();
  }

  /** Adds a quiet button to the last note. */
  offer(key, action) {
    const note = this.element.querySelector(".note:last-of-type");
    const button = addButton(this.element, key, action);
    button.className = "quiet";
    note?.after(button);
  }

  #reasonToEnd() {
    if (this.#finish === "length") return endedByMemory(this.#usage) ? "memoryFull" : "tooLong";
    return this.source.trim() ? null : "empty";
  }

  #draw() {
    if (this.#thoughts) this.#drawThoughts();
    if (this.source) this.waiting.hidden = true;
    drawMarkdown(this.words, this.source, addCopyButton);
    keepUp();
  }

  #drawThoughts() {
    if (!this.thoughtBox) {
      this.thoughtBox = document.createElement("details");
      setText(add(this.thoughtBox, "summary"), "thoughts");
      add(this.thoughtBox, "div", "thoughts");
      this.words.before(this.thoughtBox);
      this.wait("thinking");
    }
    this.thoughtBox.lastElementChild.textContent = this.#thoughts.trim();
  }

  #addFooter() {
    const footer = add(this.element, "footer");
    addCopyButton(footer, { get: () => this.source.trim() });
    const told = this.#timings?.predicted_ms / 1000;
    const measured = (this.#lastPieceAt - this.#firstPieceAt) / 1000;
    const seconds = told > 0 ? told : measured;
    const count = countWords(this.#thoughts + " " + this.source);
    if (count < 3 || (seconds === measured && measured < 0.3)) return; // too little to measure
    const speed = count / seconds;
    setText(add(footer, "span", "speed"), "speed", speed < 10 ? speed.toFixed(1) : Math.round(speed));
  }
}

/** Words of alphabets, and single characters where a script has no spaces. */
function countWords(source) {
  const pattern = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}'’])+/gu;
  return source.match(pattern)?.length ?? 0;
}

function add(parent, tag, className = "") {
  const element = document.createElement(tag);
  element.className = className;
  parent.append(element);
  return element;
}

function addButton(parent, key, action) {
  const button = add(parent, "button");
  button.type = "button";
  setText(button, key);
  button.addEventListener("click", action);
  return button;
}

// ---- Copying --------------------------------------------------------------------------------------------------------

/** Adds a Copy button to `parent`; `content` is an element with text, or an object with get(). */
function addCopyButton(parent, content) {
  const button = addButton(parent, "copy", async () => {
    const copied = await copy(content.get?.() ?? content.textContent);
    setText(button, copied ? "copied" : "copyFailed");
    speak(button.textContent);
    await pause(1600);
    setText(button, "copy");
  });
  button.className = "copy";
}

async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    return copyBySelection(words); // no clipboard interface: an old browser, or a page that is not from this computer
  }
}

function copyBySelection(words) {
  const focused = document.activeElement;
  const area = add(document.body, "textarea", "unseen");
  area.value = words;
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return copied;
}

// ---- Reading position and spoken words --------------------------------------------------------------------------------

function keepUp() {
  if (!welcome.hidden) return;
  if (atEnd) scroller.scrollTop = scroller.scrollHeight;
  else showLatest();
}

function showLatest() {
  latest.hidden = atEnd;
}

scroller.addEventListener("scroll", () => {
  atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
  showLatest();
});
new ResizeObserver(keepUp).observe(scroller);
latest.addEventListener("click", () => { atEnd = true; keepUp(); question.focus(); });

/** For screen readers: whole sentences once, instead of every piece of a growing answer. */
function speak(words) {
  byId("spoken").textContent = words;
}

// ---- Writing ----------------------------------------------------------------------------------------------------------

function submit() {
  const words = question.value.trim();
  if (!words || answering) return;
  write("");
  ask(words);
}

function write(words) {
  question.value = words;
  fitQuestion();
}

function showSendable() {
  send.disabled = Boolean(answering) || question.value.trim() === "";
}

function fitQuestion() {
  question.style.height = "auto";
  question.style.height = `${question.scrollHeight}px`;
  showSendable();
}

byId("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
question.addEventListener("input", fitQuestion);
question.addEventListener("keydown", (event) => {
  // An input method takes Enter for itself. Safari ends the composition before this event and tells by code 229 only.
  const composing = event.isComposing || event.keyCode === 229;
  if (event.key !== "Enter" || event.shiftKey || composing) return;
  event.preventDefault();
  submit();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) answering?.abort();
});
stop.addEventListener("click", () => answering?.abort());
newChat.addEventListener("click", startNewChat);
for (const sample of document.querySelectorAll(".sample"))
  sample.addEventListener("click", () => { if (!answering) ask(sample.textContent); question.focus(); });

// ---- Language -----------------------------------------------------------------------------------------------------------

function showLanguage() {
  const button = byId("language");
  document.documentElement.lang = languageTag();
  setText(button, "otherLanguage");
  button.lang = otherLanguageTag();
  translate(document);
}

byId("language").addEventListener("click", () => { switchLanguage(); showLanguage(); });

// A reload goes through index.html, which can wait for a server that is still starting.
history.replaceState(null, "", "./");
showLanguage();
fitQuestion();
question.focus();
serverReady();
