// The OpenAI-compatible server that serves this page: its state, its model, and streamed answers.

/**
 * Why there is no answer. `kind` is one of
 * gone (no connection), loading, broken (the stream ended too early), context (more text than the model can hold), server.
 */
export class ChatError extends Error {
  constructor(kind, details = {}) {
    super(details.message ?? kind);
    this.kind = kind;
    this.contextTokens = details.n_ctx ?? null;
    this.promptTokens = details.n_prompt_tokens ?? null;
  }
}

/** "ready", "loading" or "gone". */
export async function readState() {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), 10_000);
  try {
    const response = await fetch("health", { cache: "no-store", signal: patience.signal });
    // Servers without /health say 404: they are there, which is all we ask.
    return [502, 503, 504].includes(response.status) ? "loading" : "ready";
  } catch {
    return "gone";
  } finally {
    clearTimeout(timer);
  }
}

/** What is known of the model: { id, name, contextTokens }, each null where the server does not tell. */
export async function readModel() {
  const [models, properties] = await Promise.all([readJson("v1/models"), readJson("props")]);
  const id = models?.data?.[0]?.id ?? null;
  const contextTokens = properties?.default_generation_settings?.n_ctx ?? properties?.n_ctx ?? null;
  return { id, name: id && id.split(/[/\\]/).pop().replace(/\.gguf$/i, ""), contextTokens };
}

async function readJson(path) {
  try {
    const response = await fetch(path, { cache: "no-store" });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/**
 * Asks for an answer and yields its pieces as they arrive:
 * { text, thought, finish, timings, usage }, absent where a piece has none. Throws ChatError, or AbortError after `signal`.
 */
export async function* streamAnswer({ messages, model, maxTokens, signal }) {
  const response = await post({
    messages,
    ...(model && { model }),
    max_tokens: maxTokens,
    stream: true,
    stream_options: { include_usage: true },
  }, signal);

  if (!response.ok) throw errorFrom(response.status, await response.json().catch(() => null));
  if (response.headers.get("content-type")?.includes("application/json")) {
    const whole = await response.json().catch(() => null);
    if (!whole || whole.error) throw errorFrom(response.status, whole);
    yield pieceFrom(whole);
    return;
  }

  let complete = false;
  for await (const line of readLines(response.body, signal)) {
    const event = line.match(/^(data|error):\s*(.+)$/);
    if (!event) continue;
    if (event[2] === "[DONE]") return;
    const body = parseJson(event[2]);
    if (event[1] === "error" || body?.error) throw errorFrom(500, body?.error ? body : { error: body });
    if (!body) continue;
    const piece = pieceFrom(body);
    complete ||= Boolean(piece.finish);
    yield piece;
  }
  if (!complete) throw new ChatError("broken");
}

async function post(body, signal) {
  try {
    return await fetch("v1/chat/completions", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
  } catch (error) {
    throw signal.aborted ? error : new ChatError("gone");
  }
}

async function* readLines(stream, signal) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += decoder.decode(value, { stream: !done });
      const lines = rest.split(/\r?\n/);
      rest = done ? "" : lines.pop();
      yield* lines;
      if (done) return;
    }
  } catch (error) {
    throw signal.aborted ? error : new ChatError("broken");
  } finally {
    reader.cancel().catch(() => {});
  }
}

function pieceFrom(body) {
  const choice = body.choices?.[0];
  const words = choice?.delta ?? choice?.message;
  return {
    text: words?.content || "",
    thought: words?.reasoning_content || words?.reasoning || "",
    finish: choice?.finish_reason ?? null,
    timings: body.timings ?? null,
    usage: body.usage ?? null,
  };
}

function errorFrom(status, body) {
  const error = typeof body?.error === "string" ? { message: body.error } : body?.error ?? {};
  const message = String(error.message ?? `HTTP ${status}`).slice(0, 300);
  const details = { ...error, message };
  const tooMuch = /exceed_context_size|context_length_exceeded|context (size|length|window)/i;
  if (tooMuch.test(`${error.type} ${error.code} ${message}`)) return new ChatError("context", details);
  if (status === 503) return new ChatError("loading", details);
  return new ChatError("server", details);
}

function parseJson(source) {
  try {
    return JSON.parse(source);
  } catch {
    return null;
  }
}
