import assert from 'node:assert/strict';
import type { Case } from '../case.ts';
import { waitFor } from '../desk-phone.ts';
import { answerFirst, consult, office, passed } from './office.ts';
import { startPeer, type Variant } from './peer.ts';

const NOTIFY_200_AND_BYE: Variant = {
  // From the pause before the final NOTIFY to the 200 that answers it.
  from: / {2}<pause milliseconds="600"\/>[\s\S]*?<recv response="200"\/>\n/,
  to: '',
};

/** Each role of a transfer, with every header field looked at. */
export const ROLES: readonly Case[] = [
  transferor('transferor: held, referred with every header right, told by NOTIFY 200, both legs ended', 'notify'),
  transferor('transferor: a bare 200 accepts the REFER like a 202 (RFC 7647 §5)', 'notify', [
    { from: 'SIP/2.0 202 Accepted', to: 'SIP/2.0 200 OK' },
  ]),
  transferor("transferor: without a final NOTIFY the target's BYE is the evidence", 'target-bye', [NOTIFY_200_AND_BYE]),
  {
    title: 'transferor: REFER refused with 403 keeps both calls, and both can be ended',
    run: (folder) => refused(folder, 403, 'Forbidden'),
  },
  {
    title: 'transferee: REFER is refused unless the configuration allows it',
    async run(folder) {
      const variants: Variant[] = [
        { from: '<recv response="202" crlf="true"/>', to: '<recv response="403" crlf="true"/>' },
        { from: /<recv request="NOTIFY"[\s\S]*?(?=<send retrans="500"><!\[CDATA\[\nBYE)/, to: '' },
        { from: /<Reference[^>]*>/, to: '' },
      ];
      await office(folder, {}, async (phone, target, caller) => {
        const colleague = startPeer('transferor', folder, caller, {
          callee: phone.port,
          keys: { target_port: String(target) },
          variants,
        });
        await answerFirst(phone, colleague);
        await passed(colleague);
        await phone.until('idle', ({ phone: name }) => name === 'idle');
      });
    },
  },
  {
    title: 'transferee: an allowed REFER is obeyed with the unescaped Replaces, and reported 100 then 200',
    run: (folder) =>
      office(folder, { transfer: { acceptRefer: 'same-dialog' } }, async (phone, target, caller) => {
        const specialist = startPeer('replaced', folder, target);
        const colleague = startPeer('transferor', folder, caller, {
          callee: phone.port,
          keys: { target_port: String(target) },
        });
        await answerFirst(phone, colleague);
        await passed(colleague);
        const state = await phone.until('talking to 9999', ({ lines }) =>
          lines.some(({ state: name, party }) => name === 'talking' && party?.number === '9999'),
        );
        const callId = state.lines.find(({ state: name }) => name === 'talking')!.callId!;
        assert.equal((await phone.ask('call.hangup', { callId })).phase, 'done');
        await passed(specialist);
      }),
  },
  {
    title: 'target: INVITE with Replaces takes the call over without ringing, and the replaced call is ended',
    run: (folder) =>
      office(folder, {}, async (phone, target, caller) => {
        const consultation = startPeer('consult', folder, target, { callee: phone.port });
        await answerFirst(phone, consultation);
        await waitFor(
          () => consultation.logged().includes('ids '),
          5000,
          () => 'the consult scenario logged no ids',
        );
        const [, call, tag] = /ids (\S+) (\S+)/.exec(consultation.logged())!;
        const keys = { replaced_call: call!, replaced_to: tag! };
        const replacer = startPeer('replacer', folder, caller, { callee: phone.port, keys });
        await passed(replacer);
        await passed(consultation);
        await phone.until('idle', ({ phone: name }) => name === 'idle');
      }),
  },
  {
    title: 'target: a Replaces with swapped tags is refused with 481 and moves nothing',
    run: (folder) =>
      office(folder, {}, async (phone, target, caller) => {
        const consultation = startPeer('consult', folder, target, { callee: phone.port });
        await answerFirst(phone, consultation);
        await waitFor(
          () => consultation.logged().includes('ids '),
          5000,
          () => 'the consult scenario logged no ids',
        );
        const [, call, tag] = /ids (\S+) (\S+)/.exec(consultation.logged())!;
        const variants: Variant[] = [
          { from: 'to-tag=[replaced_to];from-tag=receptionist1', to: 'to-tag=receptionist1;from-tag=[replaced_to]' },
          {
            from: /<recv response="200" rrs="true" crlf="true"\/>[\s\S]*(?=<\/scenario>)/,
            to: '<recv response="481"/><send><![CDATA[\nACK sip:1000@[remote_ip]:[remote_port] SIP/2.0\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\nCSeq: 1 ACK\nMax-Forwards: 70\nContent-Length: 0\n\n]]></send>',
          },
        ];
        const keys = { replaced_call: call!, replaced_to: tag! };
        await passed(startPeer('replacer', folder, caller, { callee: phone.port, keys, variants }));
        const state = await phone.until('still talking', ({ phone: name }) => name === 'talking');
        assert.equal(
          (await phone.ask('call.hangup', { callId: state.lines.find(({ callId }) => callId !== null)!.callId! }))
            .phase,
          'done',
        );
        await passed(consultation);
      }),
  },
];

/** The phone transfers 1001 to 9999; both are scripts. */
function transferor(title: string, evidence: string, variants: readonly Variant[] = []): Case {
  return {
    title,
    run: (folder) =>
      office(folder, {}, async (phone, target, caller) => {
        const specialist = startPeer('target', folder, target);
        const transferee = startPeer('transferee', folder, caller, { callee: phone.port, variants });
        const transferId = await consult(phone, transferee);
        const answer = await phone.ask('transfer.complete', { transferId });
        assert.equal(answer.phase, 'done', JSON.stringify(answer));
        await passed(transferee);
        await passed(specialist);
        const state = await phone.until('idle', ({ phone: name }) => name === 'idle');
        assert.equal(state.transfer?.outcome ?? 'completed', 'completed');
        assert.equal(answer.phase === 'done' && answer.result['evidence'], evidence);
      }),
  };
}

async function refused(folder: string, status: number, phrase: string): Promise<void> {
  await office(folder, {}, async (phone, target, caller) => {
    const specialist = startPeer('target', folder, target, {
      variants: [
        // Held, taken back after the refusal, then let go by the phone.
        {
          from: /<pause milliseconds="500"\/>[\s\S]*?<recv response="200"\/>/,
          to: `${reply('INVITE', 'sendrecv')}<recv request="BYE"/>${OK_EMPTY}`,
        },
      ],
    });
    const transferee = startPeer('transferee', folder, caller, {
      callee: phone.port,
      variants: [
        { from: 'SIP/2.0 202 Accepted', to: `SIP/2.0 ${status} ${phrase}` },
        { from: /<send retrans="500"><!\[CDATA\[\nNOTIFY[\s\S]*?(?=<recv request="BYE")/, to: '' },
      ],
    });
    const transferId = await consult(phone, transferee);
    const answer = await phone.ask('transfer.complete', { transferId });
    assert.ok(answer.phase === 'failed' && answer.error.sip === status, JSON.stringify(answer));
    const state = await phone.until(
      'both calls there',
      ({ lines }) => lines.filter(({ callId }) => callId !== null).length === 2,
    );
    await phone.until('talking again', ({ lines }) => lines.some(({ state: name }) => name === 'talking'));
    for (const { callId } of state.lines) if (callId !== null) await phone.ask('call.hangup', { callId });
    await passed(transferee);
    await passed(specialist);
  });
}

const OK_EMPTY =
  '<send><![CDATA[\nSIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n\n]]></send>';

function reply(request: string, direction: string): string {
  const sdp = `v=0\no=specialist 1 3 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\nm=audio [media_port] RTP/AVP 8 101\na=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000\na=${direction}\n`;
  return `<recv request="${request}"/><send retrans="500"><![CDATA[\nSIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContact: <sip:9999@[local_ip]:[local_port]>\nContent-Type: application/sdp\nContent-Length: [len]\n\n${sdp}]]></send><recv request="ACK"/>`;
}
