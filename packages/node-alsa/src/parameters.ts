import { AlsaError, errnoName } from './alsa-error.ts';
import type { AlsaLibrary, Native, Out } from './library.ts';

/** What is asked of a PCM. All counts are frames (one sample of every channel). */
export interface PcmOptions {
  /** Any PCM name that libasound knows: `default`, `plughw:CARD=Headset`, `pulse`, `null`, or one of an asoundrc. */
  readonly name: string;
  readonly stream: 'capture' | 'playback';
  /** Hz; the nearest that the card can do is taken. */
  readonly rate: number;
  readonly channels: number;
  /** Signed 16 bit in the machine's byte order, interleaved. */
  readonly format?: 's16';
  /** Frames between two wake-ups; the nearest that the card can do is taken. */
  readonly periodFrames: number;
  /** Frames the card's ring holds; the nearest that the card can do is taken. */
  readonly bufferFrames: number;
  /** Reads and writes return at once with what fits (0 when nothing does). */
  readonly nonBlocking?: boolean;
  /**
   * Playback starts by itself once this many frames are written: the prefill. Default: the buffer less one period.
   * libasound's own default of one frame makes an underrun of every late write.
   */
  readonly startThresholdFrames?: number;
  /** Poll wakes up once this many frames can be read or written. Default: one period. */
  readonly availMinFrames?: number;
}

/** What the card agreed to. */
export interface PcmParameters {
  readonly rate: number;
  readonly channels: number;
  readonly format: 's16';
  readonly periodFrames: number;
  readonly bufferFrames: number;
  readonly startThresholdFrames: number;
  readonly availMinFrames: number;
}

const ACCESS_RW_INTERLEAVED = 3;
const FORMAT_S16_LE = 2;
const FORMAT_S16_BE = 3;
const FORMAT_S16 = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? FORMAT_S16_LE : FORMAT_S16_BE;

/** Configure a freshly opened PCM as near as the card can come to `options`; throws AlsaError. */
export function negotiate(alsa: AlsaLibrary, pcm: Native, options: PcmOptions): PcmParameters {
  const check = (operation: string, result: number): void => {
    if (result < 0) throw new AlsaError(errnoName(result), operation, options.name);
  };
  const hardware = negotiateHardware(alsa, pcm, options, check);
  const startThresholdFrames =
    options.stream === 'capture'
      ? 1
      : Math.min(
          options.startThresholdFrames ??
            Math.max(hardware.periodFrames, hardware.bufferFrames - hardware.periodFrames),
          hardware.bufferFrames,
        );
  const availMinFrames = Math.min(options.availMinFrames ?? hardware.periodFrames, hardware.bufferFrames);

  const cell: Out<Native | null> = [null];
  check('snd_pcm_sw_params_malloc', alsa.swMalloc(cell));
  const software = cell[0]!;
  try {
    check('snd_pcm_sw_params_current', alsa.swCurrent(pcm, software));
    check('snd_pcm_sw_params_set_start_threshold', alsa.swSetStartThreshold(pcm, software, startThresholdFrames));
    check('snd_pcm_sw_params_set_avail_min', alsa.swSetAvailMin(pcm, software, availMinFrames));
    check('snd_pcm_sw_params', alsa.swApply(pcm, software));
  } finally {
    alsa.swFree(software);
  }
  return { ...hardware, format: 's16', startThresholdFrames, availMinFrames };
}

type Check = (operation: string, result: number) => void;
type Hardware = Pick<PcmParameters, 'rate' | 'channels' | 'periodFrames' | 'bufferFrames'>;

function negotiateHardware(alsa: AlsaLibrary, pcm: Native, options: PcmOptions, check: Check): Hardware {
  const cell: Out<Native | null> = [null];
  check('snd_pcm_hw_params_malloc', alsa.hwMalloc(cell));
  const params = cell[0]!;
  const direction: Out<number> = [0];
  const number: Out<number> = [0];
  const near = (operation: string, wanted: number, set: () => number): void => {
    number[0] = wanted;
    direction[0] = 0;
    check(operation, set());
  };
  const read = (operation: string, get: () => number): number => {
    direction[0] = 0;
    check(operation, get());
    return number[0];
  };
  try {
    check('snd_pcm_hw_params_any', alsa.hwAny(pcm, params));
    check('snd_pcm_hw_params_set_access', alsa.hwSetAccess(pcm, params, ACCESS_RW_INTERLEAVED));
    check('snd_pcm_hw_params_set_format', alsa.hwSetFormat(pcm, params, FORMAT_S16));
    check('snd_pcm_hw_params_set_channels', alsa.hwSetChannels(pcm, params, options.channels));
    near('snd_pcm_hw_params_set_rate_near', options.rate, () => alsa.hwSetRateNear(pcm, params, number, direction));
    near('snd_pcm_hw_params_set_period_size_near', options.periodFrames, () =>
      alsa.hwSetPeriodNear(pcm, params, number, direction),
    );
    near('snd_pcm_hw_params_set_buffer_size_near', options.bufferFrames, () =>
      alsa.hwSetBufferNear(pcm, params, number),
    );
    check('snd_pcm_hw_params', alsa.hwApply(pcm, params));
    return {
      rate: read('snd_pcm_hw_params_get_rate', () => alsa.hwGetRate(params, number, direction)),
      channels: read('snd_pcm_hw_params_get_channels', () => alsa.hwGetChannels(params, number)),
      periodFrames: read('snd_pcm_hw_params_get_period_size', () => alsa.hwGetPeriod(params, number, direction)),
      bufferFrames: read('snd_pcm_hw_params_get_buffer_size', () => alsa.hwGetBuffer(params, number)),
    };
  } finally {
    alsa.hwFree(params);
  }
}
