import { readFileSync } from 'node:fs';
import type { Snapshot } from '@switchhook/phone/control';
import { connectControl, defaultControlPath } from '@switchhook/phone/control/node';
import { parse } from 'yaml';
import { brokerFinding, type Finding } from '../../doctor/finding.ts';
import type { Check } from './check.ts';

/** Whether a phone runs and is registered, as it says itself over its control socket. */
export const phoneCheck: Check = async ({ loaded }) => {
  const control = loaded?.configuration.control;
  if (control?.enabled === false)
    return [{ part: 'control', verdict: 'note', text: 'control.enabled is false: a running phone cannot be asked' }];
  const path = control?.socket ?? defaultControlPath();
  let client: Awaited<ReturnType<typeof connectControl>>;
  try {
    client = await connectControl(path);
  } catch (error) {
    return [
      {
        part: 'control',
        verdict: 'note',
        text: `${(error as Error).message}; registrations are seen only while one runs`,
      },
    ];
  }
  try {
    const answer = await client.request('state.get');
    if (answer.phase === 'failed')
      return [{ part: 'control', verdict: 'fault', text: `${path}: ${answer.error.message}` }];
    const { registrations } = answer.result as unknown as Snapshot;
    return [{ part: 'control', verdict: 'ok', text: `a phone answers at ${path}` }, ...registrations.map(registered)];
  } catch (error) {
    return [{ part: 'control', verdict: 'fault', text: (error as Error).message }];
  } finally {
    client.close();
  }
};

function registered({ account, state, reason }: Snapshot['registrations'][number]): Finding {
  const part = `account ${account}`;
  if (state === 'registered') return { part, verdict: 'ok', text: 'registered' };
  if (state === 'failed')
    return {
      part,
      verdict: 'fault',
      text: `not registered: ${reason ?? 'no reason was given'}; check server, user and password`,
    };
  return { part, verdict: 'note', text: state };
}

/** Whether what the bridge says to its broker can be read on the way. */
export const bridgeCheck: Check = ({ bridge }) => {
  if (bridge === undefined) return [];
  try {
    const content = parse(readFileSync(bridge, 'utf8'), { maxAliasCount: 20 }) as { broker?: { url?: unknown } } | null;
    return [brokerFinding(content?.broker?.url)];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return [
      { part: 'bridge', verdict: 'fault', text: `${bridge} cannot be read: ${code ?? message.split('\n', 1)[0]}` },
    ];
  }
};
