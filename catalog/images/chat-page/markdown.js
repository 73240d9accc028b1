// A small part of Markdown, drawn with text nodes only: whatever a model writes, nothing in it can become markup.
// Known: paragraphs, headings, lists, fenced code, **bold**, *italic* and `code`. Anything else stays as it was written.

/**
 * Draws `source` into `container`. Blocks that did not change since the last call are left alone,
 * so that a growing answer keeps the reader's selection and costs only its last block.
 * `decorateCode(pre, code)` may add controls to a code block.
 */
export function drawMarkdown(container, source, decorateCode) {
  const blocks = splitBlocks(source);
  blocks.forEach((block, index) => {
    const identity = JSON.stringify(block);
    const existing = container.children[index];
    if (existing?.blockIdentity === identity) return;
    const element = drawBlock(block, decorateCode);
    element.blockIdentity = identity;
    if (existing) existing.replaceWith(element);
    else container.append(element);
  });
  while (container.children.length > blocks.length) container.lastElementChild.remove();
}

const fence = /^\s*(`{3,}|~{3,})\s*([\w+#.-]*)[^`]*$/;
const heading = /^(#{1,6})\s+(.*?)\s*#*$/;
const listItem = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const rule = /^\s*([-*_])(\s*\1){2,}\s*$/;

function splitBlocks(source) {
  const lines = source.replace(/\r\n?/g, "\n").split("\n");
  const blocks = [];
  let last = null; // the block that the next line may continue

  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    const opening = line.match(fence);
    if (opening) {
      const code = [];
      const closing = new RegExp(`^\\s*${opening[1][0]}{${opening[1].length},}\\s*$`);
      while (++i < lines.length && !closing.test(lines[i])) code.push(lines[i]);
      blocks.push({ type: "code", language: opening[2], lines: code });
      last = null;
      continue;
    }
    if (line.trim() === "") {
      // A list goes on over an empty line when another item follows.
      const next = lines.slice(i + 1).find((later) => later.trim() !== "");
      if (last?.type !== "list" || !next || !listItem.test(next)) last = null;
      continue;
    }
    if (rule.test(line)) {
      blocks.push({ type: "rule" });
      last = null;
      continue;
    }
    const title = line.match(heading);
    if (title) {
      blocks.push({ type: "heading", lines: [title[2]] });
      last = null;
      continue;
    }
    const item = line.match(listItem);
    if (item) {
      const ordered = /\d/.test(item[2]);
      const depth = Math.min(Math.floor(item[1].replace(/\t/g, "    ").length / 2), 3);
      const isNewList = last?.type !== "list" || (depth === 0 && last.ordered !== ordered);
      if (isNewList) {
        last = { type: "list", ordered, items: [] };
        blocks.push(last);
      }
      last.items.push({ depth, marker: ordered ? item[2] : "", lines: [item[3]] });
      continue;
    }
    if (last?.type === "list") {
      last.items[last.items.length - 1].lines.push(line.trim());
    } else if (last?.type === "paragraph") {
      last.lines.push(line);
    } else {
      last = { type: "paragraph", lines: [line] };
      blocks.push(last);
    }
  }
  return blocks;
}

function drawBlock(block, decorateCode) {
  if (block.type === "rule") return document.createElement("hr");
  if (block.type === "code") return drawCode(block, decorateCode);
  if (block.type === "list") return drawList(block);
  const element = document.createElement(block.type === "heading" ? "h3" : "p");
  drawLines(element, block.lines);
  return element;
}

function drawCode(block, decorateCode) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const pre = document.createElement("pre");
  const code = document.createElement("code");
  figure.className = "code";
  caption.append(block.language);
  pre.tabIndex = 0; // wide code scrolls by keyboard too
  code.textContent = block.lines.join("\n");
  pre.append(code);
  figure.append(caption, pre);
  decorateCode?.(caption, code);
  return figure;
}

function drawList(block) {
  const list = document.createElement(block.ordered ? "ol" : "ul");
  for (const { depth, marker, lines } of block.items) {
    const item = document.createElement("li");
    item.className = `depth-${depth}`;
    if (marker) item.value = parseInt(marker, 10);
    else item.classList.add("dot");
    drawLines(item, lines);
    list.append(item);
  }
  return list;
}

function drawLines(element, lines) {
  lines.forEach((line, index) => {
    if (index > 0) element.append(document.createElement("br"));
    drawInline(element, line);
  });
}

// Code first: nothing inside it is marked up. Stars must hug a word, so that "2 * 3 * 4" stays as it is.
const inline = /(`+)(.+?)\1|\*\*(\S(?:.*?\S)?)\*\*|\*([^\s*](?:[^*]*[^\s*])?)\*/;

function drawInline(element, line) {
  let rest = line;
  for (let found = rest.match(inline); found; found = rest.match(inline)) {
    const [whole, ticks, code, bold, italic] = found;
    element.append(rest.slice(0, found.index));
    const child = document.createElement(ticks ? "code" : bold ? "strong" : "em");
    if (ticks) child.textContent = code;
    else drawInline(child, bold ?? italic);
    element.append(child);
    rest = rest.slice(found.index + whole.length);
  }
  element.append(rest);
}
