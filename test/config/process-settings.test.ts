import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/config/load-config.ts';
import type { Environment } from '../../src/config/secret-reference.ts';
import { GatewayError } from '../../src/gateway-error.ts';

function errorsOf(env: Environment): GatewayError['errors'] {
  try {
    readEnvironment(env);
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'CONFIG_INVALID') return error.errors;
  }
  return [];
}

describe('the environment', () => {
  it('may say nothing', () => {
    expect(readEnvironment({})).toEqual({
      configDirectory: 'config',
      databaseUrl: 'sqlite:.data/retour.db',
      host: '127.0.0.1',
      port: 8080,
      adminToken: null,
    });
  });

  it('may say everything', () => {
    const settings = readEnvironment({
      RETOUR_CONFIG: '/etc/retour',
      RETOUR_DATABASE_URL: 'postgres://retour@db.example/retour',
      RETOUR_HOST: '::',
      RETOUR_PORT: '0',
      RETOUR_ADMIN_TOKEN: 'sixteen-letters!',
    });

    expect(settings).toMatchObject({
      configDirectory: '/etc/retour',
      databaseUrl: 'postgres://retour@db.example/retour',
      host: '::',
      port: 0,
    });
    expect(settings.adminToken?.reveal()).toBe('sixteen-letters!');
  });

  it('never prints the admin token', () => {
    const settings = readEnvironment({ RETOUR_ADMIN_TOKEN: 'sixteen-letters!' });

    expect(`${inspect(settings)}${JSON.stringify(settings)}`).not.toContain('sixteen');
  });

  it.each(['65536', '-1', '80.5', 'http', ' 80'])('refuses the port %j', port => {
    expect(errorsOf({ RETOUR_PORT: port })).toEqual([
      { pointer: 'RETOUR_PORT', message: 'is not a port; write a whole number from 0 to 65535' },
    ]);
  });

  it('explains the port that Kubernetes sets', () => {
    expect(errorsOf({ RETOUR_PORT: 'tcp://10.0.0.1:8080' })[0]?.message).toContain('set enableServiceLinks to false');
  });

  it.each(['retour.db', 'sqlite:', 'sqlite://retour.db', 'mysql://x', 'postgres://'])(
    'refuses the database URL %s',
    url => {
      expect(errorsOf({ RETOUR_DATABASE_URL: url })).toEqual([
        {
          pointer: 'RETOUR_DATABASE_URL',
          message:
            'is not a database URL; write sqlite:path/to/retour.db or postgres://user:password@host:5432/database',
        },
      ]);
    },
  );

  it('refuses a host with a scheme', () => {
    expect(errorsOf({ RETOUR_HOST: 'http://0.0.0.0' })).toEqual([
      { pointer: 'RETOUR_HOST', message: 'is not an address; write 127.0.0.1, 0.0.0.0 or a host name' },
    ]);
  });

  it.each(['short', 'sixteen letters!', 'sixteen-letters-ä'])(
    'refuses the admin token %s without quoting it',
    token => {
      expect(errorsOf({ RETOUR_ADMIN_TOKEN: token })).toEqual([
        {
          pointer: 'RETOUR_ADMIN_TOKEN',
          message: 'is too weak or cannot stand in a header; use at least 16 printable ASCII characters without blanks',
        },
      ]);
    },
  );

  it('refuses an empty variable', () => {
    expect(errorsOf({ RETOUR_CONFIG: '' })).toEqual([
      { pointer: 'RETOUR_CONFIG', message: 'is empty; set it, or unset it to take the default' },
    ]);
  });

  it('refuses a misspelt variable, with its right spelling', () => {
    expect(errorsOf({ RETOUR_DATABSE_URL: 'sqlite:x.db' })).toEqual([
      { pointer: 'RETOUR_DATABSE_URL', message: 'is not a setting; did you mean RETOUR_DATABASE_URL?' },
    ]);
  });

  it("leaves other variables alone, the CLI's and those that hold secrets among them", () => {
    expect(errorsOf({ RETOUR_URL: 'x', RETOUR_TOKEN: 'x', RETOUR_ACME_WEBHOOK_SECRET: 'x', PATH: 'x' })).toEqual([]);
  });

  it('tells everything at once', () => {
    expect(errorsOf({ RETOUR_PORT: 'x', RETOUR_HOST: '?' }).map(error => error.pointer)).toEqual([
      'RETOUR_HOST',
      'RETOUR_PORT',
    ]);
  });
});
