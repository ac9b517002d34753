import type { Frame, PageState } from "./snapshot.ts";

/** Episodes kept to be shown again, and frames of each: the oldest go, and a long one keeps every second frame. */
const maxEpisodes = 50;
const maxFrames = 300;
/** s between two frames of one episode. */
const frameEvery = 0.1;

/** Keeps what the snapshots of the last episodes showed of arm and scene, so that a person can look once more. Its memory is bounded. */
export function filming() {
  const episodes = new Map<number, { readonly began: number; every: number; frames: Frame[] }>();
  return {
    take({ at, episode, arm, scene: { marks } }: PageState): void {
      if (episode === undefined || !arm) return;
      let reel = episodes.get(episode);
      if (!reel) {
        episodes.set(episode, (reel = { began: at, every: frameEvery, frames: [] }));
        if (episodes.size > maxEpisodes) episodes.delete(episodes.keys().next().value!);
      }
      const last = reel.frames.at(-1);
      // A hair less, or a snapshot that comes on time would be found too early by rounding.
      if (last && at - reel.began - last.at < reel.every - 1e-6) return;
      if (reel.frames.length === maxFrames) {
        reel.frames = reel.frames.filter((_, i) => i % 2 === 0);
        reel.every *= 2;
      }
      reel.frames.push({ at: at - reel.began, position: arm.position, tip: arm.tip, marks });
    },
    /** undefined for an episode that is not kept. */
    frames: (episode: number): readonly Frame[] | undefined => episodes.get(episode)?.frames,
  };
}
