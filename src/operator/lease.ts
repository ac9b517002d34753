/** Who may write. One client at a time; whoever it is keeps it until they leave, give it back, or another takes it over, saying so. */
export interface Lease<Client> {
  holder(): Client | undefined;
  /** A client wants to do something: it holds the lease, or gets it when nobody does. False while another one holds it. */
  claims(client: Client): boolean;
  /** Takes the lease whoever holds it. Returns from whom, if from another. */
  takeOver(client: Client): Client | undefined;
  /** Given back, or its holder is gone; nothing for anybody else. */
  release(client: Client): void;
}

export function lease<Client>(changed: (holder: Client | undefined) => void): Lease<Client> {
  let holder: Client | undefined;
  const hand = (next: Client | undefined) => {
    if (next === holder) return;
    holder = next;
    changed(holder);
  };
  return {
    holder: () => holder,
    claims: (client) => {
      if (holder === undefined) hand(client);
      return holder === client;
    },
    takeOver: (client) => {
      const before = holder === client ? undefined : holder;
      hand(client);
      return before;
    },
    release: (client) => void (holder === client && hand(undefined)),
  };
}
