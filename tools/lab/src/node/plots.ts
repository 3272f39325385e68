import { type OfficePlan, officePlan, type PartyPlan, partiesOf } from '../network/office-plan.ts';
import { PlotTaken } from './wire-network.ts';

const PLOTS = 60;

/** Open a network on the first plot that no other office of this machine has taken: `open` says so with `PlotTaken`. */
export async function openOnFreePlot<Network>(
  open: (parties: readonly PartyPlan[]) => Promise<Network>,
): Promise<{ readonly plan: OfficePlan; readonly network: Network }> {
  let taken: unknown;
  for (let plot = 0; plot < PLOTS; plot++) {
    const plan = officePlan(plot);
    try {
      return { plan, network: await open(partiesOf(plan)) };
    } catch (error) {
      if (!(error instanceof PlotTaken)) throw error;
      taken = error;
    }
  }
  throw new Error(`no free addresses for an office: ${String(taken)}`);
}
