import { button, byId, mark, word } from "./dom.js";
import { holdToSend, jogPad } from "./jog.js";

const titles = {
  hold: "Hold",
  resume: "Resume",
  reset: "Reset",
  enable: "Enable",
  start: "Start",
  "take-over": "Take over by hand",
  recover: "Hold to lead the arm back inside",
};

/**
 * Who is in control, and the commands that mean something now.
 * @param {(message: object) => boolean} tell
 */
export function control(tell) {
  const me = { role: "operator", name: "" };
  /** @type {string | null} */
  let holder = null;
  let offered = "";
  const ask = (/** @type {string} */ type) => tell({ type });
  byId("take").onclick = () => ask("lease");
  byId("release").onclick = () => ask("release");

  const tellWho = () => {
    const watches = me.role === "viewer";
    const mine = holder === me.name;
    const free = holder === null;
    const who = free ? "nobody is in control" : mine ? "you are in control" : `${holder} is in control`;
    word(byId("control"), watches ? `watching only; ${who}` : free ? `${who}: the first command takes it` : who);
    mark(document.body, "data-control", watches || (!free && !mine) ? "other" : free ? "free" : "mine");
    mark(document.body, "data-role", me.role);
    byId("take").hidden = watches || mine || free;
    byId("release").hidden = watches || !mine;
  };

  /** The command buttons keep their elements while they mean the same, or a click could fall between two of them. @param {string[]} accepts */
  const offer = (accepts) => {
    const kinds = Object.keys(titles).filter((kind) => accepts.includes(kind));
    if (kinds.join() === offered) return;
    offered = kinds.join();
    byId("commands").replaceChildren(
      ...kinds.map((kind) => {
        const one = button(titles[/** @type {keyof typeof titles} */ (kind)]);
        if (kind === "recover") holdToSend(one, () => ask(kind));
        else one.onclick = () => ask(kind);
        return one;
      }),
    );
  };
  /** The pad is there while driving by hand means something, and its buttons keep their elements. @param {string[]} accepts @param {number} joints */
  const offerJog = (accepts, joints) => {
    const jogs = accepts.includes("jog");
    byId("jog").hidden = !jogs;
    if (jogs && byId("pad").childElementCount === 0) byId("pad").replaceChildren(...jogPad(joints, tell));
  };

  return {
    /** Who this page is to the run. @param {{ role: string, name: string }} who */
    hello({ role, name }) {
      Object.assign(me, { role, name });
      tellWho();
    },
    /** @param {string | null} now */
    lease(now) {
      holder = now;
      tellWho();
    },
    /** What a viewer may command is nothing. @param {string[]} accepts */
    mine: (accepts) => (me.role === "viewer" ? [] : accepts),
    /** @param {string[]} accepts of this page @param {number} joints */
    show(accepts, joints) {
      offer(accepts);
      offerJog(accepts, joints);
    },
  };
}
