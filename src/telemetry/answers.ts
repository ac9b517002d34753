import { randomBytes } from "node:crypto";
import { emptyBook, judge, parseCommand, type Command, type Judgement } from "./commands.ts";
import type { Incoming, Outgoing } from "./link.ts";
import { stampOf } from "./messages.ts";
import { answerTopic, type Topics } from "./topics.ts";

/** What may be asked of the arm from afar. None of it can begin a motion that a person has not begun. */
export interface Asked {
  readonly kind: "stop" | "hold" | "resume" | "finish";
  readonly from: string;
  /** Unix time, s; a stop has none. */
  readonly expiresAt?: number;
}

export interface AnswerParts {
  readonly topics: Topics;
  readonly session: string;
  /** Unix time, s. */
  readonly wall: () => number;
  /** Asks whoever runs the arm; resolves with why not, or undefined when it was done. */
  readonly ask: (asked: Asked) => Promise<string | undefined>;
  readonly again: (wanted: Extract<Command, { readonly kind: "resend" }>) => number;
  readonly say: (message: Outgoing) => void;
}

/** Commands other than stops in the long run, a second, and at once. */
const [RATE, BURST] = [10, 20];
/** Bytes of correlation data that are echoed. */
const LONGEST_ECHO = 256;
/** s that an answer is of interest. */
const ANSWER_LIFE = 10;

/** Takes what comes in on the command topic, and answers it. At most one command is with the arm at a time, and beside it one stop. */
export function answers({ topics, session, wall, ask, again, say }: AnswerParts) {
  let book = emptyBook;
  let stopping: Promise<string | undefined> | undefined;
  let busy = false;
  let [left, at] = [BURST, wall()];
  const counts = { accepted: 0, refused: 0 };
  const mint = () => randomBytes(16).toString("base64url");

  const answer = ({ responseTopic, correlation }: Incoming, command: Command | undefined, judgement: Judgement) => {
    counts[judgement.accepted ? "accepted" : "refused"]++;
    // Nonsense is answered only where somebody says that they wait for it.
    if (!command && responseTopic === undefined) return;
    const about = command && { kind: command.kind, from: command.from, ...("seq" in command ? { seq: command.seq } : {}) };
    const { accepted, ...told } = judgement;
    say({
      topic: answerTopic(topics, responseTopic),
      text: JSON.stringify({
        version: 1,
        session,
        stamp: stampOf(wall()),
        ...about,
        outcome: accepted ? "accepted" : "refused",
        ...told,
        ...("until" in told && told.until !== undefined ? { until: stampOf(told.until) } : {}),
      }),
      qos: 1,
      expiry: ANSWER_LIFE,
      ...(correlation && correlation.byteLength <= LONGEST_ECHO ? { correlation } : {}),
    });
  };
  const within = () => {
    const now = wall();
    // A clock that was set back gives nothing away.
    left = Math.min(BURST, left + Math.max(0, now - at) * RATE);
    at = now;
    if (left < 1) return false;
    left--;
    return true;
  };
  const byTheArm = (refusal: string | undefined): Judgement =>
    refusal === undefined ? { accepted: true } : { accepted: false, reason: "arm", text: refusal };

  const heard = async (message: Incoming): Promise<void> => {
    const command = parseCommand(message.bytes);
    if (command?.kind === "stop") {
      // Stops that come while one is under way are that one.
      stopping ??= ask({ kind: "stop", from: command.from ?? "somebody" }).finally(() => (stopping = undefined));
      return answer(message, command, byTheArm(await stopping));
    }
    if (!within()) return void counts.refused++;
    if (!command)
      return answer(message, undefined, { accepted: false, reason: "malformed", text: "this is no command of version 1" });
    const judged = judge(book, command, wall(), mint);
    book = judged.book;
    if (!judged.judgement.accepted) return answer(message, command, judged.judgement);
    if (command.kind === "resend") again(command);
    if (command.kind === "lease" || command.kind === "release" || command.kind === "resend")
      return answer(message, command, judged.judgement);
    if (busy) return answer(message, command, { accepted: false, reason: "busy", text: "another command is under way" });
    busy = true;
    const { kind, from, expiresAt } = command;
    const refusal = await ask({ kind, from, expiresAt: Date.parse(expiresAt) / 1000 }).finally(() => (busy = false));
    answer(message, command, byTheArm(refusal));
  };

  return { heard: (message: Incoming) => void heard(message).catch(() => {}), counts: () => ({ ...counts }) };
}
