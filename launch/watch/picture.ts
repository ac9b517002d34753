import type { PageState, Role, ServerMessage } from "../../src/operator/protocol.ts";

/** connecting: not up yet. lost: silent, tried again and again. ended: the run said that it is over. */
export type LinkStatus = "connecting" | "up" | "lost" | "ended";

/** All that was heard over the link, put together: what a person watches. */
export interface Picture {
  readonly link: LinkStatus;
  readonly name?: string;
  readonly role?: Role;
  /** Who is in control; null: nobody. */
  readonly holder: string | null;
  readonly state?: PageState;
  /** Snapshots that were heard. */
  readonly states: number;
  /** What came of the last thing that was asked, in words. */
  readonly note?: string;
}

export const nothingYet: Picture = { link: "connecting", holder: null, states: 0 };

/** The picture with one more message in it. A snapshot replaces the one before; its slow parts stay until they come again. */
export function heard(picture: Picture, message: ServerMessage): Picture {
  const { state } = picture;
  switch (message.type) {
    case "hello":
      return { ...picture, name: message.name, role: message.role };
    case "lease":
      return { ...picture, holder: message.holder };
    case "refused":
      return { ...picture, note: `${message.command} refused: ${message.reason}` };
    case "state":
      return {
        ...picture,
        states: picture.states + 1,
        state: {
          series: state?.series ?? [],
          ...(state?.faults ? { faults: state.faults } : {}),
          ...(state?.episodes ? { episodes: state.episodes } : {}),
          ...(state?.learning ? { learning: state.learning } : {}),
          ...message.state,
        },
      };
    case "series":
    case "faults":
    case "episodes":
    case "learning": {
      const { type, ...part } = message;
      void type;
      return state ? { ...picture, state: { ...state, ...part } } : picture;
    }
    default:
      return picture;
  }
}
