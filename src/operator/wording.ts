import { slowParts, type PageState } from "./snapshot.ts";

/** A snapshot as it is sent: many look, it is put into words once. */
export function wordingOnce(): (state: PageState) => string {
  let said: PageState | undefined;
  let text = "";
  return (state) => {
    if (state !== said) {
      const rest = Object.entries(state).filter(([part]) => !slowParts.some((slow) => slow === part));
      [said, text] = [state, JSON.stringify({ type: "state", state: Object.fromEntries(rest) })];
    }
    return text;
  };
}
