import { armPicture } from "./armPicture.js";
import { link } from "./link.js";
import { holdToSend, jogPad } from "./jog.js";
import { html, plot, scoreBar } from "./plots.js";

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

// The token comes in the address and leaves it at once, so that it is not read over a shoulder or kept in a bookmark.
const address = new URL(location.href);
const token = address.searchParams.get("token") ?? sessionStorage.getItem("onarm.token") ?? "";
sessionStorage.setItem("onarm.token", token);
address.searchParams.delete("token");
history.replaceState(null, "", address);

const picture = armPicture(byId("picture"));

/** @type {any} */
let state;
/** @type {any} */
let description;
let drawn = false;

const signs = { waiting: "○", running: "▶", done: "✓", failed: "✗" };
const titles = {
  hold: "Hold",
  resume: "Resume",
  reset: "Reset",
  enable: "Enable",
  start: "Start",
  "take-over": "Take over by hand",
  recover: "Hold to lead the arm back inside",
};

/** @param {any} stage */
function stageRow(stage) {
  const row = html("li");
  row.dataset["state"] = stage.state;
  row.append(html("span", "sign", signs[/** @type {keyof typeof signs} */ (stage.state)]), html("span", "title", stage.title));
  row.append(html("span", "count", stage.total > 0 && stage.state !== "waiting" ? `${stage.done} / ${stage.total}` : ""));
  if (stage.state === "running") {
    const bar = /** @type {HTMLProgressElement} */ (html("progress"));
    bar.setAttribute("aria-label", stage.title);
    if (stage.total > 0) {
      bar.max = stage.total;
      bar.value = stage.done;
    }
    row.append(bar);
  }
  if (stage.note) row.append(html("span", "note", stage.note));
  return row;
}

/** @param {number} at @param {number} i */
function jointBox(at, i) {
  const name = description.commanded[i];
  const { lower, upper } = description.joints.find((/** @type {any} */ joint) => joint.name === name);
  const share = (at - lower) / (upper - lower);
  const box = html("div", share < 0.05 || share > 0.95 ? "joint near" : "joint");
  box.title = `${name}: ${at.toFixed(3)} rad of ${lower} to ${upper}`;
  const range = html("div", "range");
  const mark = html("div", "at");
  mark.style.left = `${100 * Math.min(1, Math.max(0, share))}%`;
  range.append(mark);
  box.append(html("span", "", `j${i}`), range, html("span", "", `${((at * 180) / Math.PI).toFixed(0)}°`));
  return box;
}

const drawArm = () => picture.show(state?.arm, state?.scene, state?.at);

/** The command buttons keep their elements while they mean the same, or a click could fall between two of them. */
let offered = "";
/** @param {string[]} accepts */
function offer(accepts) {
  const kinds = Object.keys(titles).filter((kind) => accepts.includes(kind));
  if (kinds.join() === offered) return;
  offered = kinds.join();
  byId("commands").replaceChildren(
    ...kinds.map((kind) => {
      const button = html("button", "", titles[/** @type {keyof typeof titles} */ (kind)]);
      button.setAttribute("type", "button");
      if (kind === "recover") holdToSend(button, () => ask(kind));
      else button.onclick = () => ask(kind);
      return button;
    }),
  );
}

/** Who this page is to the run, and who is in control. */
let me = { role: "operator", name: "" };
/** @type {string | null} */
let holder = null;
function control() {
  const mine = holder === me.name;
  byId("control").textContent =
    me.role === "viewer"
      ? `watching only${holder ? `; ${holder} is in control` : ""}`
      : holder === null
        ? "nobody is in control: the first command takes it"
        : mine
          ? "you are in control"
          : `${holder} is in control`;
  document.body.dataset["control"] = me.role === "viewer" || (holder !== null && !mine) ? "other" : "mine";
  byId("take").hidden = me.role === "viewer" || mine || holder === null;
}

/** The pad is there while driving by hand means something, and its buttons keep their elements. */
function offerJog() {
  const jogs = state.accepts.includes("jog");
  byId("jog").hidden = !jogs || me.role === "viewer";
  if (jogs && byId("pad").childElementCount === 0)
    byId("pad").replaceChildren(...jogPad(state.arm?.position.length ?? 0, (message) => tell(message)));
}

function render() {
  drawn = true;
  document.body.dataset["mode"] = state.mode;
  byId("mode").textContent = state.mode;
  byId("reason").textContent = state.reason;
  if (state.stages.length > 0) byId("stages").replaceChildren(...state.stages.map(stageRow));
  for (const [name, count] of Object.entries(state.counters)) {
    const cell = document.querySelector(`[data-counter="${name}"]`);
    if (cell) cell.textContent = Number(count).toLocaleString("en");
  }
  byId("caption").textContent = state.arm ? (state.arm.caption ?? "a paced sample") : "no sample yet";
  if (state.arm && description) byId("joints").replaceChildren(...state.arm.position.map(jointBox));
  if (state.before || state.after)
    byId("scores").replaceChildren(
      ...(state.before ? [scoreBar("before", state.before)] : []),
      ...(state.after ? [scoreBar("after", state.after)] : [html("p", "empty", "After practice: not measured yet.")]),
    );
  const gate = byId("gate");
  if (state.gate) {
    const promoted = state.gate.verdict === "promote";
    gate.dataset["verdict"] = state.gate.verdict;
    gate.replaceChildren(
      html("strong", "", promoted ? "The gate promoted the new weights" : "The gate refused the new weights"),
      state.gate.reasons.join("; "),
    );
  }
  offer(me.role === "viewer" ? [] : state.accepts);
  offerJog();
  drawArm();
}

let waiting = false;
function renderSoon() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    if (state) render();
  });
}

/** @param {Record<string, string>} words */
const say = (words, /** @type {string} */ status) => {
  document.body.dataset["link"] = status;
  byId("link").textContent = words["link"] ?? status;
  byId("banner").hidden = words["banner"] === undefined;
  byId("banner").textContent = words["banner"] ?? "";
};

let refused = 0;
const connection = link(token, {
  message(message) {
    if (message.type === "state") state = message.state;
    if (message.type === "series" && message.series.length > 0) byId("curves").replaceChildren(...message.series.map(plot));
    if (message.type === "state") renderSoon();
    if (message.type === "hello") me = message;
    if (message.type === "lease") holder = message.holder;
    if (message.type === "hello" || message.type === "lease") control();
    if (message.type === "refused") note(`${message.command}: ${message.reason}.`);
  },
  status(status, age) {
    refused = status === "refused" ? refused + 1 : 0;
    if (status === "up") say({ link: "live" }, "up");
    else if (status === "ended") say({ link: "ended", banner: "The run has ended. What you see is its last word." }, "ended");
    else if (status === "lost") {
      const old = drawn ? ` What you see is ${age.toFixed(0)} s old, and` : "";
      say({ link: "lost", banner: `Link lost.${old} the stop button does not reach the arm: use the arm's own stop.` }, "lost");
    } else if (refused > 1)
      say(
        {
          link: "refused",
          banner: "No link: the run has ended, or this address lacks its token. Open the link that the program printed.",
        },
        "lost",
      );
  },
});

/** What came of a command, for a while. @param {string} text */
function note(text) {
  byId("note").textContent = text;
  setTimeout(() => byId("note").textContent === text && (byId("note").textContent = ""), 6000);
}

/** @param {object} message @returns {boolean} whether it was sent */
function tell(message) {
  if (connection.send(message)) return true;
  const stop = "type" in message && message.type === "stop";
  byId("banner").hidden = false;
  byId("banner").textContent = `Not sent: there is no link. ${stop ? "Use the arm's own stop." : "Nothing was queued."}`;
  return false;
}
/** @param {string} type */
const ask = (type) => tell({ type });

byId("take").onclick = () => ask("lease");
byId("stop").onclick = () => ask("stop");
// The space key stops wherever the focus is, and never presses the focused button as well.
addEventListener(
  "keydown",
  (event) => {
    if (event.code !== "Space") return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) ask("stop");
  },
  { capture: true },
);
addEventListener("keyup", (event) => event.code === "Space" && event.preventDefault(), { capture: true });
fetch("description.json")
  .then((response) => response.json())
  .then((answer) => {
    description = answer;
    picture.describe(answer);
    renderSoon();
  })
  .catch(() => {});
