import { armPicture } from "./armPicture.js";
import { asking } from "./ask.js";
import { beliefCard } from "./belief.js";
import { control } from "./control.js";
import { byId, mark, once, word } from "./dom.js";
import { entryToken } from "./entry.js";
import { episodesCard } from "./episodes.js";
import { faultsCard } from "./faults.js";
import { healthCard } from "./health.js";
import { joints } from "./joints.js";
import { keyboard } from "./keys.js";
import { budgetsCard, diskLine, limitsCard } from "./limits.js";
import { link } from "./link.js";
import { plot } from "./plots.js";
import { replaying } from "./replay.js";
import { rewardCard } from "./reward.js";
import { runCard } from "./run.js";
import { scoresCard } from "./scores.js";
import { linkStatus, note, notSent, showMode } from "./status.js";
import { weightsCard } from "./weights.js";

/** ms between two looks at the cards: faster than this nobody reads figures. Mode, commands and the arm do not wait. */
const CARDS_MS = 200;

/** @type {any} */
let state;
let drawn = false;

/** @param {object} message @returns {boolean} whether it was sent */
function tell(message) {
  if (connection.send(message)) return true;
  notSent(message);
  return false;
}

const picture = armPicture(byId("picture"));
const who = control(tell);
const ask = asking(tell);
const weights = weightsCard(tell);
const [episodes, faults] = [episodesCard(tell), faultsCard()];
const [run, limits, budgets, disk, belief, scores] = [
  runCard(),
  limitsCard(),
  budgetsCard(),
  diskLine(),
  beliefCard(),
  scoresCard(),
];
const [reward, health] = [rewardCard(), healthCard()];
/** @type {((position: readonly number[]) => void) | undefined} */
let showJoints;

const replay = replaying((frame) => {
  // A replay knows where the joints were and what stood where; the flat views have the tip alone.
  if (frame) picture.show({ ...frame, points: [frame.tip] }, { ...state?.scene, marks: frame.marks }, frame.at);
  if (frame) showJoints?.(frame.position);
  else {
    showArm();
    showCards();
  }
});

function showArm() {
  if (replay.active()) return;
  picture.show(state?.arm, state?.scene, state?.at);
}

/** What has to be seen at once. */
function showNow() {
  drawn = true;
  showMode(state);
  // Whoever looks at the past when the arm stops has to see where it is.
  const stops = state.mode === "stopped" && modeBefore !== "stopped";
  if (stops && replay.leave()) note("The arm stopped: the picture is live again.");
  modeBefore = state.mode;
  const accepts = who.mine(state.accepts);
  who.show(accepts, state.arm?.position.length ?? 0);
  ask.show(accepts, state);
  weights.accepts(accepts);
  showArm();
}
let modeBefore = "";

/** What is there to be read. */
function showCards() {
  const learns = state.stages.length > 0;
  const drives = state.margins !== undefined || state.budgets !== undefined;
  // What a kind of run never tells needs no card; before it is known which it is, all are there.
  if (learns || drives) mark(document.body, "data-run", learns && drives ? "both" : learns ? "learns" : "drives");
  run(state);
  if (!replay.active() && state.arm) showJoints?.(state.arm.position);
  if (!replay.active()) word(byId("caption"), state.arm ? (state.arm.caption ?? "a paced sample") : "no sample yet");
  if (state.margins) limits(state.margins);
  if (state.budgets) budgets(state.budgets);
  if (state.disk) disk(state.at, state.disk);
  if (state.belief) belief(state.belief);
  if (state.timing) health.show(state.at, state.timing);
  reward.show(state.reward);
  scores(state);
}

let [asked, cardsAt, later] = [0, -Infinity, 0];
function renderSoon() {
  asked ||= requestAnimationFrame(() => {
    asked = 0;
    if (!state) return;
    showNow();
    const wait = CARDS_MS - (performance.now() - cardsAt);
    if (wait <= 0) {
      cardsAt = performance.now();
      showCards();
    } else later ||= window.setTimeout(() => ((later = 0), renderSoon()), wait);
  });
}

const parts = {
  series: once((/** @type {any[]} */ series) => series.length > 0 && byId("curves").replaceChildren(...series.map(plot))),
  faults,
  episodes,
  learning: weights.show,
};

const connection = link(entryToken(), {
  message(message) {
    const { type } = message;
    if (type === "state") {
      state = message.state;
      reward.hear(state.at, state.reward);
      health.hear(state.at, state.timing);
      renderSoon();
    } else if (Object.hasOwn(parts, type)) parts[/** @type {keyof typeof parts} */ (type)](message[type]);
    else if (type === "hello") who.hello(message);
    else if (type === "lease") who.lease(message.holder);
    else if (type === "replay" && !replay.open(message)) note(`Episode ${message.episode} has no picture.`);
    else if (type === "refused") {
      if (message.command === "outcome") ask.refused();
      note(`${message.command}: ${message.reason}.`);
    }
  },
  status: linkStatus(() => drawn),
});

byId("stop").onclick = () => tell({ type: "stop" });
keyboard({ stop: () => void tell({ type: "stop" }), reward: ask.reward, outcome: ask.outcome, leave: replay.leave });

fetch("description.json")
  .then((response) => response.json())
  .then((answer) => {
    showJoints = joints(answer);
    void picture.describe(answer);
    renderSoon();
  })
  .catch(() => {});
