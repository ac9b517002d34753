import process from "node:process";
import type { ArmDescription } from "../../src/domain/arm.ts";
import type { VerbContext } from "../cli.ts";
import { nothingYet, type Picture } from "./picture.ts";
import { inPassing, spoken } from "./spoken.ts";
import { closed, drawn, keyOf, opened } from "./terminal.ts";
import { screen } from "./view.ts";

/** ms between two looks at a screen, and between two lines in passing where there is none. */
const FRAME = 100;
const PASSING = 5000;
/** Bytes that whoever reads us may be behind: beyond that snapshots are left out, as the newest one says it all. */
const BEHIND = 2 ** 20;

export interface Hands {
  /** s since the link was last heard. */
  age(): number;
  quit(): void;
  stop(): void;
}

/** Who looks at the pictures. */
export interface Watcher {
  look(picture: Picture): void;
  knows(description: ArmDescription | undefined): void;
  /** Takes the terminal; the function that is returned gives it back. */
  open(hands: Hands): () => void;
}

const write = (text: string) => void process.stdout.write(text);

/** A screen that is drawn over, with keys. */
function onScreen(): Watcher {
  let picture = nothingYet;
  let known: ArmDescription | undefined;
  return {
    look: (next) => void (picture = next),
    knows: (description) => void (known = description),
    open: ({ age, quit, stop }) => {
      const { stdin, stdout } = process;
      const draw = () => {
        // A terminal that does not know its size says 0.
        const canvas = {
          width: stdout.columns || 80,
          height: stdout.rows || 24,
          age: age(),
          ...(known ? { description: known } : {}),
        };
        write(drawn(screen(picture, canvas), process.env["NO_COLOR"] === undefined));
      };
      const pressed = (data: Buffer) => {
        const asked = keyOf(String(data));
        if (asked === "stop") stop();
        if (asked === "quit") quit();
      };
      const restore = () => write(closed);
      write(opened);
      // Also when the process ends in a hurry: a terminal without a cursor is of no use to anybody.
      process.once("exit", restore);
      stdin.setRawMode(true);
      stdin.on("data", pressed);
      const drawing = setInterval(draw, FRAME);
      return () => {
        clearInterval(drawing);
        stdin.off("data", pressed);
        stdin.setRawMode(false);
        stdin.pause();
        process.off("exit", restore);
        restore();
        write(picture.link === "ended" ? "the run has ended\n" : "watching is over; the arm goes on as it was\n");
      };
    },
  };
}

/** Lines for a log; with --json one JSON object a snapshot on stdout, and the lines on stderr. */
function inLines({ json, log }: VerbContext): Watcher {
  let told = nothingYet;
  let age = () => 0;
  return {
    look: (picture) => {
      for (const line of spoken(told, picture, age())) log(line);
      if (json && picture.state && picture.states !== told.states && process.stdout.writableLength < BEHIND)
        write(`${JSON.stringify(picture.state)}\n`);
      told = picture;
    },
    knows: () => {},
    open: (hands) => {
      age = hands.age;
      // Whoever read us is gone (`| head`).
      process.stdout.once("error", hands.quit);
      const passing = setInterval(() => {
        const line = json ? undefined : inPassing(told);
        if (line !== undefined && told.link === "up") log(line);
      }, PASSING);
      return () => {
        clearInterval(passing);
        process.stdout.off("error", hands.quit);
      };
    },
  };
}

export const watcherFor = (context: VerbContext): Watcher =>
  !context.json && process.stdout.isTTY && process.stdin.isTTY ? onScreen() : inLines(context);
