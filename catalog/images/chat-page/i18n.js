// Every sentence of the page, in every language, and how it gets into the document.
// An element names its text by data-text, data-label (aria-label and title) or data-placeholder;
// "{value}" in a text stands for the element's data-value.

const texts = {
  en: {
    otherLanguage: "中文",
    newChat: "New chat",
    conversation: "Conversation",
    welcomeTitle: "What would you like to ask?",
    welcomeText: "Free and without an account. What you write goes only to the AI that Firstlight started for you.",
    samples: "Try one of these",
    sample1: "Write a four-line poem about the first light of the morning.",
    sample2: "Explain in three short sentences how a rainbow forms.",
    sample3: "Give me three ideas for a rainy Sunday at home.",
    questionLabel: "Your question",
    placeholder: "Ask anything…",
    send: "Send",
    stop: "Stop",
    latest: "Go to the newest words",
    caution: "AI can be wrong. Check what matters.",
    keys: "Enter sends, Shift + Enter starts a new line.",
    you: "You",
    ai: "AI",
    waiting: "Waiting for the AI…",
    reading: "Reading your question…",
    thinking: "Thinking…",
    thoughts: "What the AI thought first",
    copy: "Copy",
    copied: "Copied",
    copyFailed: "Could not copy",
    speed: "{value} words a second",
    stopped: "Stopped.",
    stoppedEarly: "Stopped before the first word.",
    empty: "The AI had nothing to say. Try asking in another way.",
    tooLong: "This answer reached its length limit. Write “go on” to hear more.",
    memoryFull: "The AI’s memory for this chat is full, so the answer ends here.",
    forgotten: "This chat has grown long: from here on, the AI no longer sees its beginning.",
    tryAgain: "Try again",
    seconds: "{value} s",
    loadingTitle: "The AI is waking up.",
    loadingText: "It is loading its model. You can already write.",
    goneTitle: "The AI does not answer.",
    goneText: "Start the demo again in Firstlight. This page reconnects by itself.",
    errorGone: "The AI cannot be reached. Start the demo again in Firstlight, then try again.",
    errorBroken: "The AI stopped in the middle of its answer. Try again, or start the demo again in Firstlight.",
    errorLoading: "The AI is still loading its model. Try again in a moment.",
    errorContext: "This question is longer than the AI’s memory. Shorten it in a new chat.",
    errorServer: "The AI could not answer this time. Try again. It reported: {value}",
  },
  zh_CN: {
    otherLanguage: "English",
    newChat: "新对话",
    conversation: "对话",
    welcomeTitle: "你想问什么？",
    welcomeText: "免费，无需注册。你写的内容只会发送给 Firstlight 为你启动的 AI。",
    samples: "试试这些问题",
    sample1: "写一首关于清晨第一缕光的四行诗。",
    sample2: "用三句话解释彩虹是怎样形成的。",
    sample3: "周日下雨，给我三个在家做的小点子。",
    questionLabel: "你的问题",
    placeholder: "随便问点什么…",
    send: "发送",
    stop: "停止",
    latest: "跳到最新内容",
    caution: "AI 可能出错，重要内容请自行核实。",
    keys: "Enter 发送，Shift + Enter 换行。",
    you: "你",
    ai: "AI",
    waiting: "正在等待 AI…",
    reading: "正在阅读你的问题…",
    thinking: "正在思考…",
    thoughts: "AI 的思考过程",
    copy: "复制",
    copied: "已复制",
    copyFailed: "复制失败",
    speed: "每秒 {value} 字",
    stopped: "已停止。",
    stoppedEarly: "还没开始回答就已停止。",
    empty: "AI 没有给出回答，换个问法试试。",
    tooLong: "回答已达到长度上限。发送“继续”可以接着往下写。",
    memoryFull: "这次对话已用满 AI 的记忆，回答到此为止。",
    forgotten: "对话已经很长：从这里开始，AI 看不到最初的内容了。",
    tryAgain: "重试",
    seconds: "{value} 秒",
    loadingTitle: "AI 正在启动。",
    loadingText: "正在加载模型，你可以先写下问题。",
    goneTitle: "AI 没有回应。",
    goneText: "请在 Firstlight 中重新启动此演示，本页面会自动重新连接。",
    errorGone: "无法连接到 AI。请在 Firstlight 中重新启动此演示，然后重试。",
    errorBroken: "AI 在回答途中断开了。请重试，或在 Firstlight 中重新启动此演示。",
    errorLoading: "AI 还在加载模型，请稍后再试。",
    errorContext: "这个问题超出了 AI 的记忆长度。请在新对话中把它缩短。",
    errorServer: "AI 这次没能回答，请重试。它报告的原因：{value}",
  },
};

const storageKey = "firstlight.language";
let language = storedLanguage() ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh_CN" : "en");

// Storage throws where the browser forbids it: then the choice lasts as long as the page.
function storedLanguage() {
  try {
    const stored = localStorage.getItem(storageKey);
    return Object.keys(texts).includes(stored) ? stored : null;
  } catch {
    return null;
  }
}

export function switchLanguage() {
  language = language === "en" ? "zh_CN" : "en";
  try {
    localStorage.setItem(storageKey, language);
  } catch { /* see storedLanguage */ }
}

export function text(key, value = "") {
  return texts[language][key].replace("{value}", () => value);
}

/** The language as HTML names it: en or zh-CN. */
export function languageTag() {
  return language.replace("_", "-");
}

export function otherLanguageTag() {
  return language === "en" ? "zh-CN" : "en";
}

/** Names the text of `element` and writes it. */
export function setText(element, key, value = "") {
  element.dataset.text = key;
  element.dataset.value = value;
  element.textContent = text(key, value);
}

/** Writes every named text below `root` in the current language. */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-text]"))
    element.textContent = text(element.dataset.text, element.dataset.value);
  for (const element of root.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text(element.dataset.label));
    if (element.matches("button")) element.title = text(element.dataset.label);
  }
  for (const element of root.querySelectorAll("[data-placeholder]"))
    element.placeholder = text(element.dataset.placeholder);
}
