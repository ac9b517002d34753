import { OnarmError } from "../../src/domain/errors.ts";
import type { OperatorCommand } from "../../src/operator/protocol.ts";
import type { EpisodeBook } from "./episodes.ts";
import type { ConfirmedScene } from "./resets.ts";
import type { Rewards } from "./rewards.ts";
import type { DrivingWeights } from "./weights.ts";

export interface CommandParts {
  readonly book: Pick<EpisodeBook, "mark">;
  readonly weights: Pick<DrivingWeights, "promote" | "rollBack">;
  readonly rewards?: Pick<Rewards<unknown>, "say">;
  readonly resets?: Pick<ConfirmedScene, "confirm">;
  /** What an operator said of an episode, for the recording. */
  noted(text: string): void;
  /** Whatever moves the arm, or stops it. */
  readonly arm: (command: OperatorCommand) => unknown;
}

/** What each of the operator's commands does in a run. Out of turn it throws or rejects with "mode.refused". */
export const runCommands =
  ({ book, weights, rewards, resets, noted, arm }: CommandParts) =>
  (command: OperatorCommand): unknown => {
    const must = (done: boolean | undefined, why: string) => {
      if (!done) throw new OnarmError("mode.refused", why);
    };
    const by = command.by ?? "an operator";
    switch (command.kind) {
      case "mark": {
        must(book.mark(command), `episode ${command.episode} is not listed any more`);
        const { keep, flag, note } = command;
        const said = [
          keep === undefined ? "" : keep ? "keep" : "discard",
          flag === undefined ? "" : flag ? "flag" : "no flag",
          note === undefined ? "" : `"${note}"`,
        ];
        return noted(`${by} on episode ${command.episode}: ${said.filter(Boolean).join(", ") || "nothing"}`);
      }
      case "reward":
      case "outcome":
        return must(rewards?.say(command), `nobody is asked for the ${command.kind} now`);
      case "confirm-reset":
        return must(resets?.confirm(), "no reset waits for a word");
      case "promote":
        return weights.promote();
      case "roll-back":
        return weights.rollBack(by);
      default:
        return arm(command);
    }
  };
