import { expect } from "chai";
import { divergence, valueBounds } from "../../../src/learning/divergence.ts";

const bounds = valueBounds(-1, 0, 0.9);
const fine = { critic1: 0.1, critic2: 0.1, actor: 0.5, decoder: 0.2, kl: 12, advantage: 0, q: -4 };

describe("Learning that runs away (T2)", () => {
  it("is told from learning: values between what the least and the highest rewards allow, and some room, are none of it", () => {
    for (const q of [-39.9, -10, 0, 29.9]) expect(divergence({ ...fine, q }, bounds)).to.equal(undefined);
  });

  it("shows in values that no reward allows", () => {
    for (const q of [-40.1, 30.1, 1e9]) expect(divergence({ ...fine, q }, bounds)).to.match(/values of .* are outside/);
  });

  it("shows in beliefs that left their prior by a thousand nats", () => {
    expect(divergence({ ...fine, kl: 1000 }, bounds)).to.equal(undefined);
    expect(divergence({ ...fine, kl: 1001 }, bounds)).to.match(/run away/);
  });

  it("shows in any loss that is no number, and names it", () => {
    for (const name of Object.keys(fine))
      for (const value of [NaN, Infinity, -Infinity])
        expect(divergence({ ...fine, [name]: value }, bounds)).to.equal(`the loss "${name}" is not finite`);
  });
});
