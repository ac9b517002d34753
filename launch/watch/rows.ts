export type Tone = "good" | "warn" | "bad" | "dim";
/** One line of the screen, in one tone. */
export interface Row {
  readonly text: string;
  readonly tone?: Tone;
}

/** Nothing that came over the link may steer the terminal. */
export const harmless = (text: string) =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, " ");

/** Text broken into lines of at most `width`, `most` of them. */
export function wrapped(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of harmless(text).split(/\s+/).filter(Boolean)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `${lines[most - 1]!.slice(0, width - 2)} …`];
}
