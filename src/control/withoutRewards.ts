import { OnarmError } from "../domain/errors.ts";
import type { Environment } from "../ports/environment.ts";

/** The same world with its reward channel cut: what practice is handed, so that no real reward can be read by any route. */
export function withoutRewards<Task>(environment: Environment<Task>): Environment<Task> {
  const forbidden = (what: string) => (): never => {
    throw new OnarmError(
      "reward.forbidden",
      `practice asked for the ${what}: no real reward is read in the self-supervised phase`,
    );
  };
  return {
    spec: environment.spec,
    reset: (task) => environment.reset(task),
    step: (action) => environment.step(action),
    reward: forbidden("reward"),
    outcome: forbidden("outcome"),
    close: () => environment.close(),
  };
}
