// Long because it is a table: one row for every word that stops or holds the arm.
import type { StopReason } from "./arm.ts";
import { response } from "./errors.ts";
import type { FaultCode } from "./errors.ts";

/** A stop or a hold in an operator's words, one plain sentence each: what happened, why that stops an arm, what to do. */
export interface Explanation {
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

/** Faults that may end up as the cause of a stop: whatever a link or a policy can be refused for while the arm moves. */
type FaultCause = { [C in FaultCode]: (typeof response)[C] extends "refuse" ? never : C }[FaultCode] | "arm.refused";

/** Causes that are neither a governor's reason nor a fault code. */
type OtherCause =
  | "state.late"
  | "state.disorder"
  | "beat.late"
  | "scene.implausible"
  | "policy.frozen"
  | "policy.hung"
  | "policy.saturated"
  | "link.oneway"
  | "arm.stopped"
  | "arm.disabled"
  | "arm.error"
  | "arm.cuff"
  | "stop.pressed"
  | "stop.silent"
  | "stop.garbled"
  | "stop.lost"
  | "control.stalled"
  | "control.lost"
  | "loop.failed"
  | "budget.contacts"
  | "budget.clamps"
  | "budget.metres"
  | "budget.minutes"
  | "operator.late"
  | "the operator's stop"
  | "the operator's hold"
  | "the fleet's stop"
  | "the fleet's hold";

/** Every word that stops or holds the arm. A word without a row below does not compile; a test holds the code's own words against them. */
export type StopCause = StopReason | FaultCause | OtherCause;

const row = (what: string, why: string, remedy: string): Explanation => ({ what, why, remedy });

const START_AGAIN = "Then reset, enable and start, in this order.";

export const explanations: Readonly<Record<StopCause, Explanation>> = {
  // What the governor refuses.
  shape: row(
    "A command or a state did not have the form that the arm needs.",
    "A vector of the wrong length or a missing number cannot be judged, so nothing may leave.",
    `It is a fault in a program, not in the arm: keep the recording and report it. ${START_AGAIN}`,
  ),
  "not-finite": row(
    "A command, a state or a time was not a finite number.",
    "NaN and infinity compare false with every limit, so they must never reach a motor.",
    `Look in the two seconds before for where it began: the policy, or a broken sensor. ${START_AGAIN}`,
  ),
  limits: row(
    "The limits themselves were not sound.",
    "A limit that is missing, empty or not a number lets everything through.",
    `Correct the limits file and start onarm anew.`,
  ),
  period: row(
    "A command was meant to hold for no time at all, or for too long.",
    "What a command may do is its speed times its period; without a sound period it has no bound.",
    `It is a fault in a program: keep the recording and report it. ${START_AGAIN}`,
  ),
  "state.stale": row(
    "No fresh joint state came from the arm.",
    "Whoever drives without knowing where the arm is drives blind.",
    `Check the cable, the network and the arm's own computer. ${START_AGAIN}`,
  ),
  "state.future": row(
    "A joint state carried a time that has not come yet.",
    "Clocks that disagree hide how old a state is.",
    `Let the clocks of the arm and of this computer agree. ${START_AGAIN}`,
  ),
  "joint.envelope": row(
    "A joint stood outside its allowed range.",
    "Beyond that range are the arm's own mechanical stops, its cables, or something near it.",
    "Look what pushed it there; then reset, enable and drive it back by hand, slowly, before anything else may drive.",
  ),
  "joint.speed": row(
    "A joint moved faster than it may.",
    "The arm was pushed, fell, or did not follow what it was told.",
    `Look for what pushed or loaded it. ${START_AGAIN}`,
  ),
  effort: row(
    "A joint's motor worked harder than it may.",
    "It pushes against something, carries too much, or is about to overheat.",
    `Free the arm and look what it leaned on. ${START_AGAIN}`,
  ),
  wrench: row(
    "Something pushed on the tip harder than the limit.",
    "The tool is pressed against something, or somebody holds it.",
    `Clear what it touches; check the tool's weight if nothing does. ${START_AGAIN}`,
  ),
  collision: row(
    "The arm itself reported a collision.",
    "Its own detection knows motors and loads better than we do, so its word is enough.",
    `Clear what it hit and look for damage. ${START_AGAIN}`,
  ),
  tracking: row(
    "The arm was not where it had been sent.",
    "A joint that does not follow is blocked, too weak, or no longer obeying.",
    `Look for an obstacle, a load or a lost link. ${START_AGAIN}`,
  ),
  clearance: row(
    "A link came too close to the table, a keep-out box or another link.",
    "From there, braking in time is not certain any more.",
    "Look how near it is; then reset, enable and drive it away by hand, slowly, before anything else may drive.",
  ),
  "tip.speed": row(
    "The tip moved faster than it may.",
    "Beyond 0.25 m/s a person beside the arm cannot step away in time.",
    `Look for what pushed the arm. ${START_AGAIN}`,
  ),
  workspace: row(
    "The tip stood outside its workspace.",
    "What lies outside was not cleared for the arm.",
    "Look what pushed it there; then reset, enable and drive it back by hand, slowly, before anything else may drive.",
  ),
  // What the loop and its supervisor see.
  "state.late": row(
    "Joint states came late, and the arm holds.",
    "They are too old to drive on and not yet old enough to stop for.",
    "Nothing: it goes on by itself when they are fresh again; if that happens often, look at the network and at what loads this computer.",
  ),
  "state.disorder": row(
    "Joint states came twice, out of order or with impossible times, and the arm holds.",
    "So many in one second mean that two sources send, or that a clock is wrong.",
    "Look for a second publisher of joint states and for clocks that disagree; it goes on by itself when they are in order.",
  ),
  "beat.late": row(
    "The control loop came late several times in a row, and the arm holds.",
    "This computer is too busy to drive an arm.",
    "Stop what else runs on it; the arm goes on by itself when the loop keeps time again.",
  ),
  "scene.stale": row(
    "Nothing was seen of the scene for too long.",
    "The policy would act on where things were, not on where they are.",
    "Look at the tracker: camera, light, markers. A hold ends by itself; an episode that ended is started again.",
  ),
  "scene.implausible": row(
    "A thing in the scene jumped further than it can have moved, and the arm holds.",
    "It was misseen, or somebody moved it.",
    "Look whether the tracker mistook it; begin the next episode when the scene is right.",
  ),
  "policy.nonfinite": row(
    "The policy asked for something that is no number.",
    "Its weights or what it was shown are broken; nothing of it reached the arm.",
    `Load the last good bundle, for this one cannot be trusted. ${START_AGAIN}`,
  ),
  "policy.late": row(
    "The policy did not answer in time.",
    "A wish to move stands for a fifth of a second and lapses when it is not renewed.",
    "A hold ends by itself when it answers again; after a stop look at what loads this computer, or load another bundle.",
  ),
  "policy.frozen": row(
    "The policy gave the same answer to different observations.",
    "It does not see the world any more: its input is stuck, or its weights are dead.",
    "Look whether the scene still moves on the page; then resume, or stop and load another bundle.",
  ),
  "policy.hung": row(
    "The policy stopped answering, and making it anew from its bundle did not help.",
    "An arm without a policy has nobody who drives it.",
    `Look at what loads this computer, or load another bundle. ${START_AGAIN}`,
  ),
  "policy.saturated": row(
    "The policy asked for more than it may in most of its steps.",
    "What is always clamped is not what was learned, and teaches nothing.",
    "Begin another episode; if it happens again, load the last good bundle.",
  ),
  "loop.failed": row(
    "The control loop itself failed.",
    "An error in onarm; the arm was stopped before anything else.",
    "Keep the recording, report it with the log, and start onarm anew.",
  ),
  "control.stalled": row(
    "The control process did not answer for a tenth of a second.",
    "A loop that stands still cannot react, so the watchdog stopped the arm over its own link.",
    `Look at what loads this computer. ${START_AGAIN}`,
  ),
  "control.lost": row(
    "The control process ended while it drove the arm.",
    "It crashed or was killed; the arm's own time-out, and the watchdog where one runs, bring it to rest.",
    "Look at the log for why, start onarm anew, and look at the arm before you enable it.",
  ),
  "watchdog.lost": row(
    "The watchdog went away.",
    "Without it nobody would stop the arm if the control process stood still.",
    `Start onarm anew if it does not come back by itself. ${START_AGAIN}`,
  ),
  // Links and devices.
  "link.lost": row(
    "The link to the arm was lost.",
    "What is sent does not arrive and what the arm does is not known; its own time-out rests it.",
    `Check the cable, the network and the arm's own computer; a link that returns never enables the arm. ${START_AGAIN}`,
  ),
  "link.timeout": row(
    "A command was not taken by the link in time.",
    "A command that waits is an old command, and an old command is a wrong one.",
    `Check the network and what loads this computer. ${START_AGAIN}`,
  ),
  "link.oneway": row(
    "The arm is heard, but it does not hear us.",
    "States arrive and commands do not, so it moves, if at all, by somebody else's word.",
    `Check the network for a one-way fault and for a second program that commands the arm. ${START_AGAIN}`,
  ),
  "process.lost": row(
    "A process that onarm needs ended.",
    "It crashed or was killed.",
    `Look at the log for which and why. ${START_AGAIN}`,
  ),
  "command.stopped": row(
    "A command was refused because the arm is stopped.",
    "A stop latches until a person has looked.",
    `See the stop before this one. ${START_AGAIN}`,
  ),
  "arm.stopped": row(
    "The arm itself reported that it is stopped.",
    "Somebody pressed its stop button, or its own supervision stepped in.",
    `Look at the arm and release its button. ${START_AGAIN}`,
  ),
  "arm.disabled": row(
    "The arm reported that its motors are off.",
    "Somebody disabled it, or it did so by itself.",
    "Look at the arm; enable and start when it is safe.",
  ),
  "arm.error": row(
    "The arm reported an error of its own.",
    "Its own supervision found something wrong.",
    `Read what the arm's own screen or log says and mend that. ${START_AGAIN}`,
  ),
  "arm.cuff": row(
    "A hand squeezed the arm's cuff.",
    "Somebody guides the arm, so nothing else may drive it.",
    "Let go of the cuff; then start again.",
  ),
  "arm.refused": row(
    "The arm refused what it was asked.",
    "It is not in a state to do so.",
    `Look at the arm's own screen or log. ${START_AGAIN}`,
  ),
  "physics.invalid": row(
    "The simulated arm's physics broke down.",
    "Its state became something that is no number.",
    "Start the simulation anew; if it happens again, report it with the recording.",
  ),
  "gripper.failed": row(
    "The gripper did not do what it was told.",
    "It did not answer in time, or it reported a fault of its own; it was asked once more already.",
    "Look at its cable, its power and what is between its fingers; then resume or start again.",
  ),
  "stop.pressed": row(
    "The stop button was pressed.",
    "A person wanted the arm to stop.",
    `Make sure that all is well, release the button. ${START_AGAIN}`,
  ),
  "stop.silent": row(
    "The stop box fell silent.",
    "A button that cannot be heard counts as pressed.",
    `Check its cable and its power. ${START_AGAIN}`,
  ),
  "stop.garbled": row(
    "The stop box sent nothing that could be understood.",
    "A button that cannot be understood counts as pressed.",
    `Check its cable for noise, and that the right device is on that port. ${START_AGAIN}`,
  ),
  "stop.lost": row(
    "The stop box was unplugged.",
    "A button that is not there counts as pressed.",
    `Plug it in again; \`onarm find-port\` tells where it is. ${START_AGAIN}`,
  ),
  // What a session may spend, and what people do.
  "budget.spent": row(
    "The session's exploration budget is used up.",
    "Exploring wears the arm and its surroundings, so a session may spend only so much of it.",
    "Look at the arm and its tool; begin a new session when they are sound.",
  ),
  "budget.contacts": row(
    "The session's contacts are used up.",
    "The tip was pushed on as often as one session may spend.",
    "Look at the tool and at what it touches; begin a new session when they are sound.",
  ),
  "budget.clamps": row(
    "The session's clamped commands are used up.",
    "The policy asked for more than it may as often as one session may spend.",
    "Ask whether this policy is fit to practise; begin a new session or load the last good bundle.",
  ),
  "budget.metres": row(
    "The session's way of the tip is used up.",
    "The arm has moved as far as one session may spend.",
    "Look at the arm; begin a new session when it is sound.",
  ),
  "budget.minutes": row(
    "The session's time is used up.",
    "The arm has been driven as long as one session may spend.",
    "Look at the arm; begin a new session when it is sound.",
  ),
  "operator.late": row(
    "Whoever drove by hand let go, or their link dropped.",
    "Driving by hand lasts only while a person holds on.",
    "Take hold again when you are ready.",
  ),
  "storage.low": row(
    "The disk of the recording is nearly full, and the episode ended.",
    "What is not recorded can neither be learned from nor be explained.",
    "Free some space, then begin the next episode; the arm stays under control meanwhile.",
  ),
  "storage.failed": row(
    "The recording could not be written, and the episode ended.",
    "The disk is full, read-only or broken, and what happens now is not kept.",
    "Mend the disk, save what there is with `onarm recover`, and start a new run.",
  ),
  interrupted: row(
    "The program was asked to end.",
    "Ctrl-C, a closed terminal or a shutdown: the arm was brought to rest and the files were closed.",
    "Start onarm anew when you are ready.",
  ),
  "the operator's stop": row(
    "The operator pressed stop on the page.",
    "A person wanted the arm to stop.",
    `Make sure that all is well. ${START_AGAIN}`,
  ),
  "the operator's hold": row(
    "The operator pressed hold on the page.",
    "A person wanted the arm to wait; what was under way may go on.",
    "Press resume when it may.",
  ),
  "the fleet's stop": row(
    "Somebody stopped the arm from afar, over the fleet's broker.",
    "Whoever watches the fleet wanted this arm to stop.",
    `Ask them why, and look at the arm. ${START_AGAIN}`,
  ),
  "the fleet's hold": row(
    "Somebody held the arm from afar, over the fleet's broker.",
    "Whoever watches the fleet wanted this arm to wait; what was under way may go on.",
    "It goes on when they let it, or when resume is pressed on the page.",
  ),
};

export const isStopCause = (cause: string): cause is StopCause => Object.hasOwn(explanations, cause);

/** Total: a word that nobody has explained is named as it is, and the advice is the one that is always right. */
export const explain = (cause: string): Explanation =>
  isStopCause(cause)
    ? explanations[cause]
    : row(
        `The arm was stopped or held: ${cause === "" ? "no cause was given" : `"${cause}"`}.`,
        "This version of onarm does not know that cause; a newer one or another program gave it.",
        `Look at the arm and at the two seconds before the stop. ${START_AGAIN}`,
      );
