// Answers whoever calls, asks a specialist, and hands the caller over once the specialist has answered.
import { createSoftphone } from '@switchhook/phone/node';

const {
  SIP_USER = '858',
  SIP_PASSWORD = '858',
  SIP_DOMAIN = '192.168.115.100',
  SIP_SPECIALIST = '895',
  SIP_SERVER = SIP_DOMAIN,
} = process.env;

const softphone = createSoftphone({ ports: { from: 5000, to: 10000 } });
const line = softphone.line({
  displayName: SIP_USER,
  user: SIP_USER,
  authId: SIP_USER,
  password: SIP_PASSWORD,
  domain: SIP_DOMAIN,
  server: SIP_SERVER,
  register: true,
});

line.on('registration', (state) => console.log(`Registration: ${state.name}`));

softphone.on('call', async (caller) => {
  caller.on('state', (state) => console.log(`Call from ${caller.number}: ${state}`));
  try {
    await caller.answer();
    const specialist = await line.call(SIP_SPECIALIST);
    specialist.on('state', (state) => console.log(`Call to ${specialist.number}: ${state}`));
    await specialist.answered();
    const { evidence } = await softphone.transfer(caller, specialist).complete();
    console.log(`Transferred (${evidence})`);
  } catch (error) {
    console.log(`Not transferred, nobody was hung up: ${(error as Error).message}`);
  }
});

await softphone.start();
