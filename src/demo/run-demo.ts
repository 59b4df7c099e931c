import { relative } from 'node:path';
import { tellEverything } from './chapters.ts';
import { createNarrator, type Narrator } from './narrator.ts';
import type { Played } from './play-story.ts';
import { freePort } from './ports.ts';
import { DEMO_FOLDER, SAMPLE_SHOP_PORT } from './sample-folder.ts';
import { openStage, type Stage } from './stage.ts';

export interface DemoOutput {
  write(text: string): void;
  readonly colour: boolean;
}

/** Plays and tells the demo, then serves until `stopped`. Answers whether everything it told is true. */
export async function runDemo(port: number, output: DemoOutput, stopped: Promise<void>): Promise<boolean> {
  const stage = await openStage({ folder: DEMO_FOLDER, port: await freePort(port), shopPort: SAMPLE_SHOP_PORT });
  const narrator = createNarrator(text => output.write(text), output.colour);
  try {
    tellBeginning(narrator, stage, port);
    let isStopped = false;
    stopped.then(() => {
      isStopped = true;
    });
    const telling = tellEverything(stage, narrator).then(
      told => tellEnd(narrator, stage, told),
      error => {
        // Stopped in the middle: what was under way could not end well.
        if (isStopped) return;
        narrator.claim(error instanceof Error ? error.message : String(error), false);
        narrator.line(`\nThe story ends here; ${shown(DEMO_FOLDER)}/gateway.log may say why. Ctrl-C stops the demo.`);
      },
    );
    await Promise.race([telling, stopped]);
    await stopped;
    narrator.line('\nStopping: finishing what is under way …');
  } finally {
    await stage.close();
  }
  return narrator.failures.length === 0;
}

function tellBeginning(narrator: Narrator, { url, shop }: Stage, port: number): void {
  narrator.prose(
    'When a shopper sends something back, other companies do the work: they print labels, take parcels in, approve refunds. They tell the shop by webhook (an HTTP call when something happened), each in words of its own, sometimes twice or in the wrong order. Retour stands in between: it proves who sent a webhook, keeps its bytes, makes one return out of all of them, and tells the shop in one language, signed.',
  );
  narrator.line();
  const taken = (wanted: number) => ` (port ${wanted} is taken)`;
  const gatewayPort = Number(new URL(url).port);
  narrator.line(`    Retour        ${url}${port !== 0 && gatewayPort !== port ? taken(port) : ''}`);
  narrator.line(
    `    sample shop   ${shop.url}, which checks every message it gets${shop.port === SAMPLE_SHOP_PORT ? '' : taken(SAMPLE_SHOP_PORT)}`,
  );
  narrator.line(`    data          ${shown(DEMO_FOLDER)}/, with the log in gateway.log`);
  narrator.line();
  narrator.prose(
    'Each step: what happened; then what the provider sent, in its own words → what Retour answered → what the return is now. 200 and 202 mean that the webhook is safe on disk.',
  );
}

function tellEnd(narrator: Narrator, { url, token, shop }: Stage, told: readonly Played[]): void {
  const [first] = told;
  const returned = first!.returns[0]!;
  const failures = narrator.failures.length;
  narrator.line();
  narrator.line(
    failures === 0
      ? 'All of this was checked while it was told. It keeps running until Ctrl-C; look closer:'
      : `${failures} of the things told above did not hold; ${shown(DEMO_FOLDER)}/gateway.log may say why.`,
  );
  for (const command of [
    `export RETOUR_URL=${url} RETOUR_TOKEN=${token}`,
    `curl -sH "Authorization: Bearer $RETOUR_TOKEN" "$RETOUR_URL/v1/returns/${returned.id}"`,
    `curl -sH "Authorization: Bearer $RETOUR_TOKEN" "$RETOUR_URL/v1/returns/${returned.id}/events"`,
    `curl -sH "Authorization: Bearer $RETOUR_TOKEN" "$RETOUR_URL/v1/inbound?state=unrecognized"`,
    `curl -s "${shop.url}"    # what the shop got`,
  ])
    narrator.line(`  ${command}`);
  narrator.line(`  The whole API: ${url}/docs   The returns of this demo:`);
  const width = Math.max(...told.map(({ story }) => story.title.length));
  for (const { story, returns } of told)
    for (const { id, status } of returns)
      narrator.line(`    ${story.title.padEnd(width)}  ${status.padEnd(10)}  /v1/returns/${id}`);
}

function shown(path: string): string {
  return relative(process.cwd(), path) || path;
}
