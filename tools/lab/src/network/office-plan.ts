/** Where one party stands: bound at `lan`, known to all others as `wan`, with the same ports at both. */
export interface PartyPlan {
  readonly name: string;
  /** The extension it registers; the exchange has none. */
  readonly user: string;
  readonly lan: string;
  readonly wan: string;
  readonly sipPort: number;
  /** RTP at even ports from `from`, RTCP after each; `to` is the last port. */
  readonly rtpPorts: { readonly from: number; readonly to: number };
}

export type PartyName = 'exchange' | 'receptionist' | 'caller' | 'specialist';

/** Addresses of the whole office. */
export interface OfficePlan {
  readonly exchange: PartyPlan;
  readonly receptionist: PartyPlan;
  readonly caller: PartyPlan;
  readonly specialist: PartyPlan;
}

const RTP_PORTS = 16;

/**
 * Plan an office. Each `plot` (0, 1, 2…) has its own hosts and ports, so that several offices may stand on one machine:
 * plot 0 binds 127.0.1.x and is known as 127.0.2.x.
 */
export function officePlan(plot: number): OfficePlan {
  const party = (name: string, user: string, host: number): PartyPlan => ({
    name,
    user,
    lan: `127.0.${2 * plot + 1}.${host}`,
    wan: `127.0.${2 * plot + 2}.${host}`,
    sipPort: 5060 + 10 * plot,
    rtpPorts: { from: 40_000 + 100 * plot, to: 40_000 + 100 * plot + RTP_PORTS - 1 },
  });
  return {
    exchange: { ...party('exchange', '', 1), rtpPorts: { from: 0, to: -1 } },
    receptionist: party('receptionist', '1000', 10),
    caller: party('caller', '1001', 11),
    specialist: party('specialist', '9999', 99),
  };
}

/** All parties of a plan. */
export function partiesOf(plan: OfficePlan): readonly PartyPlan[] {
  return [plan.exchange, plan.receptionist, plan.caller, plan.specialist];
}

/** Names by advertised host, for ladders. */
export function namesOf(plan: OfficePlan): Readonly<Record<string, string>> {
  return Object.fromEntries(partiesOf(plan).map((party) => [party.wan, party.name]));
}
