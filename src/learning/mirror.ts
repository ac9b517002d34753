import type { DomainSpec, Episode } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";

/** Which of `fields`, by index, change sign in the domain's reflection. */
const reflected = (spec: DomainSpec, fields: DomainSpec["observation"]): readonly number[] =>
  fields.flatMap(({ name }, i) => (spec.mirrored?.includes(name) ? [i] : []));

/**
 * Reflects what a learner is fed of one task, half of the time and all of it together: context rows [s, a, r], and the rows of each array by its width.
 * A scene learned by heart is thereby two scenes, and twice as much is seen of what matters.
 */
export function mirror(spec: DomainSpec) {
  const observation = reflected(spec, spec.observation);
  const action = reflected(spec, spec.action);
  const context = [...observation, ...action.map((i) => spec.observation.length + i)];
  const flip = (rows: Float32Array, width: number, which: readonly number[]) => {
    for (let at = 0; at < rows.length; at += width) for (const i of which) rows[at + i] = -rows[at + i]!;
  };
  const [O, A] = [spec.observation.length, spec.action.length];
  return {
    /** Whether this time is one: draws only where the domain has a reflection. */
    draw: (rng: Rng): boolean => context.length > 0 && rng.uniform() < 0.5,
    context: (rows: Float32Array) => flip(rows, O + A + 1, context),
    observations: (rows: Float32Array) => flip(rows, O, observation),
    actions: (rows: Float32Array) => flip(rows, A, action),
    /** The reflection of an episode, as copies; none where the domain has no reflection. */
    episode(made: Episode): Episode[] {
      if (context.length === 0) return [];
      const [seen, done] = [made.observation.slice(), made.action.slice()];
      flip(seen, O, observation);
      flip(done, A, action);
      return [{ ...made, observation: seen, action: done }];
    },
  };
}
