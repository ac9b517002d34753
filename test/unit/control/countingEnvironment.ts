import type { Environment } from "../../../src/ports/environment.ts";

/** A world of one number, the count of its steps, seen by (count, task); rewards are -count. It writes down what it is asked. */
export function countingEnvironment({ ends = Infinity } = {}) {
  const calls: string[] = [];
  let count = 0;
  let task = NaN;
  const see = () => Float32Array.of(count, task);
  const field = (name: string) => ({ name, unit: "1", offset: 0, scale: 1 });
  const environment: Environment<number> = {
    spec: {
      name: "counting",
      observation: [field("count"), field("task")],
      action: [field("a"), field("b")],
      horizon: 4,
      period: 0.1,
      reward: { kind: "dense" },
      hasSuccess: true,
    },
    reset: async (next) => {
      calls.push(`reset ${next}`);
      [count, task] = [0, next];
      return see();
    },
    step: async () => {
      calls.push("step");
      count++;
      return { observation: see(), terminated: count >= ends };
    },
    reward: () => (calls.push("reward"), -count),
    outcome: () => (calls.push("outcome"), { success: count === 4, successAny: true }),
    close: async () => {},
  };
  return { environment, calls };
}
