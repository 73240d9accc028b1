// What was said so far, and how much of it is sent with the next question.

import { ChatError, streamAnswer } from "./api.js";

const messageTokens = 8; // what a chat template adds to each message, roughly
const longestAnswerTokens = 2048;

export class Conversation {
  #turns = []; // { question, answer }
  #model;
  #hasForgotten = false;
  #bytesPerToken = 3; // a careful start (English has about 4, Chinese about 3); corrected by every answer

  /** `model` is what readModel() gave; it may be filled in later. */
  constructor(model) {
    this.#model = model;
  }

  /**
   * Asks `question` and yields pieces as streamAnswer does, and once { forgotten: true } when old turns no longer fit.
   * A complete or stopped answer joins the conversation; a failed one does not.
   */
  async *ask(question, signal) {
    const turn = { question, answer: "" };
    let turns = this.#newestThatFit(question);
    for (;;) {
      try {
        yield* this.#send(turns, turn, signal);
        this.#keep(turn);
        return;
      } catch (error) {
        if (signal.aborted) this.#keep(turn);
        const mayRetry = error instanceof ChatError && error.kind === "context" && turns.length > 0 && !turn.answer;
        if (!mayRetry) throw error;
        this.#learn(byteCount(messagesFor(turns, question)), error.promptTokens);
        this.#model.contextTokens = error.contextTokens ?? this.#model.contextTokens;
        const kept = Math.min(this.#newestThatFit(question).length, Math.floor(turns.length / 2));
        turns = turns.slice(turns.length - kept);
      }
    }
  }

  async *#send(turns, turn, signal) {
    const messages = messagesFor(turns, turn.question);
    const bytes = byteCount(messages);
    const maxTokens = longestAnswerTokens;
    for await (const piece of streamAnswer({ messages, model: this.#model.id, maxTokens, signal })) {
      if (!this.#hasForgotten && turns.length < this.#turns.length) {
        this.#hasForgotten = true;
        yield { forgotten: true };
      }
      turn.answer += piece.text ?? "";
      this.#learn(bytes, piece.usage?.prompt_tokens);
      yield piece;
    }
  }

  #keep(turn) {
    if (turn.answer) this.#turns.push(turn);
  }

  #newestThatFit(question) {
    const context = this.#model.contextTokens;
    if (!context) return [...this.#turns];
    const reserved = Math.min(context / 4, longestAnswerTokens);
    let free = context - reserved - this.#tokens(question);
    let first = this.#turns.length;
    while (first > 0) {
      const { question: asked, answer } = this.#turns[first - 1];
      free -= this.#tokens(asked) + this.#tokens(answer);
      if (free < 0) break;
      first--;
    }
    return this.#turns.slice(first);
  }

  #tokens(content) {
    return byteLength(content) / this.#bytesPerToken + messageTokens;
  }

  #learn(bytes, tokens) {
    // Short texts say little: the template outweighs the words.
    if (tokens > 200) this.#bytesPerToken = Math.max(0.5, bytes / tokens);
  }
}

function messagesFor(turns, question) {
  const earlier = turns.flatMap((turn) => [
    { role: "user", content: turn.question },
    { role: "assistant", content: turn.answer },
  ]);
  return [...earlier, { role: "user", content: question }];
}

function byteLength(content) {
  return new TextEncoder().encode(content).length;
}

function byteCount(messages) {
  return messages.reduce((sum, message) => sum + byteLength(message.content), 0);
}

/** Why an answer that ended by "length" ended: its own limit, or the model's memory. */
export function endedByMemory(usage) {
  return Boolean(usage && usage.completion_tokens < longestAnswerTokens);
}
