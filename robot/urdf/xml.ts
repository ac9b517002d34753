import sax from "sax";
import { OnarmError } from "../../src/domain/errors.ts";

/** An element of an XML document: its attributes and what stands in it, without the text between. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** Characters that stand directly in it. */
  readonly text: string;
}

interface Growing extends Element {
  children: Growing[];
  text: string;
}

/** Bytes that no arm's description needs, and how deep one nests. */
const MOST = 8e6;
const DEEP = 100;

/** Reads a document. `from`: where it came from, for people. @throws "config.invalid" for what is no XML, too long or too deep */
export function xmlOf(text: string, from: string): Element {
  const refuse = (why: string) => new OnarmError("config.invalid", `${from}: ${why}`, { from });
  if (text.length > MOST) throw refuse(`${text.length} characters are no arm's description; give its URDF`);
  const parser = sax.parser(true);
  const open: Growing[] = [];
  let root: Growing | undefined;
  parser.onerror = ({ message }) => {
    throw refuse(`is no XML (${message.split("\n")[0]}); give the URDF as the robot publishes it`);
  };
  parser.onopentag = ({ name, attributes }) => {
    const element: Growing = { name, attributes: attributes as Record<string, string>, children: [], text: "" };
    if (open.length === 0) root ??= element;
    else open.at(-1)!.children.push(element);
    if (open.push(element) > DEEP) throw refuse("nests too deep; give the URDF as the robot publishes it");
  };
  parser.onclosetag = () => void open.pop();
  parser.ontext = parser.oncdata = (said) => {
    const inside = open.at(-1);
    if (inside) inside.text += said;
  };
  parser.write(text).close();
  if (root === undefined) throw refuse("is empty; give the URDF as the robot publishes it");
  return root;
}

/** The first element of that name directly inside. */
export const childOf = (element: Element | undefined, name: string): Element | undefined =>
  element?.children.find((child) => child.name === name);
