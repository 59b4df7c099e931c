import { describe, expect, it } from 'vitest';
import { addressStanding, destinationUrlFault, networksOf } from '../../src/config/destination-url.ts';

const LOOPBACK = ['127.0.0.0/8', '::1/128'];

describe('the URL of a destination', () => {
  it.each([
    'https://orders.example.com/hooks',
    'https://orders.example.com:8443/hooks?tenant=1',
    'https://8.8.8.8/hooks',
    'https://[2606:4700::1]/hooks',
  ])('may be %s', url => {
    expect(destinationUrlFault(url, [])).toBeNull();
  });

  it.each([
    ['http://127.0.0.1/', '127.0.0.1'],
    ['http://127.1/', '127.0.0.1'],
    ['http://2130706433/', '127.0.0.1'],
    ['http://0x7f.0.0.1/', '127.0.0.1'],
    ['http://0177.0.0.1/', '127.0.0.1'],
    ['http://127%2e0.0.1/', '127.0.0.1'],
    ['http://127.0.0.1./', '127.0.0.1'],
    ['https://10.1.2.3/', '10.1.2.3'],
    ['https://169.254.169.254/', '169.254.169.254'],
    ['https://100.64.0.1/', '100.64.0.1'],
    ['https://0.0.0.0/', '0.0.0.0'],
    ['https://[::1]/', '::1'],
    ['https://[::ffff:10.0.0.1]/', '10.0.0.1'],
    ['https://[::127.0.0.1]/', '::7f00:1'],
    ['https://[64:ff9b::7f00:1]/', '64:ff9b::7f00:1'],
    ['https://[fd00::1]/', 'fd00::1'],
    ['https://[fe80::1]/', 'fe80::1'],
  ])('may not be %s', (url, address) => {
    expect(destinationUrlFault(url, [])).toEqual({
      message: `names ${address}, which is not a public address`,
      remedy: 'add its range to delivery.allowNetworks in retour.yaml if it is meant',
    });
  });

  it.each(['http://localhost:3000/', 'https://LOCALHOST/', 'https://localhost./', 'https://app.localhost/'])(
    'may not be %s',
    url => {
      expect(destinationUrlFault(url, [])?.message).toMatch(/^names this machine \(.*localhost\)$/);
    },
  );

  it.each(['http://orders.example.com/', 'http://8.8.8.8/'])('may not be plain http as in %s', url => {
    expect(destinationUrlFault(url, [])).toEqual({
      message: 'uses plain http',
      remedy: 'use https; plain http is only for addresses in delivery.allowNetworks of retour.yaml',
    });
  });

  it.each([
    ['https://user@orders.example.com/', 'carries a user name or password'],
    ['https://user:word@orders.example.com/', 'carries a user name or password'],
    ['https://@orders.example.com/', 'carries a user name or password'],
    ['https://orders.example.com/#part', 'has a fragment (#…), which is never sent'],
    ['https://orders.example.com/#', 'has a fragment (#…), which is never sent'],
    ['https://orders.example.com:0/', 'names port 0'],
    ['ftp://orders.example.com/', 'is not an http or https URL'],
    ['orders.example.com/hooks', 'is not an http or https URL'],
    ['https:orders.example.com', 'is not an http or https URL'],
    ['https://', 'is not an http or https URL'],
    ['https://[fe80::1%25eth0]/', 'is not an http or https URL'],
    ['https://orders.example.com/a b', 'holds a blank, a control character or a backslash'],
    ['https:\\\\orders.example.com', 'holds a blank, a control character or a backslash'],
    ['https://orders\u0000.example.com/', 'holds a blank, a control character or a backslash'],
  ])('may not be %j', (url, message) => {
    expect(destinationUrlFault(url, LOOPBACK)?.message).toBe(message);
  });

  it.each(['http://127.0.0.1:9/', 'http://localhost:9/', 'https://[::1]/', 'http://[::ffff:127.0.0.1]/'])(
    'may be %s where loopback is allowed',
    url => {
      expect(destinationUrlFault(url, LOOPBACK)).toBeNull();
    },
  );

  it('may be plain http to a name where a network is allowed, as the address is checked at sending', () => {
    expect(destinationUrlFault('http://receiver.internal/', ['10.0.0.0/8'])).toBeNull();
  });

  it('may not be plain http to a public address where another network is allowed', () => {
    expect(destinationUrlFault('http://8.8.8.8/', LOOPBACK)?.message).toBe('uses plain http');
  });

  it('is never quoted', () => {
    const fault = destinationUrlFault('https://user:hunter2@orders.example.com/', []);

    expect(JSON.stringify(fault)).not.toContain('hunter2');
  });
});

describe('an address', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1', 'public'],
    ['127.0.0.1', 'allowed'],
    ['::ffff:127.0.0.1', 'allowed'],
    ['10.0.0.1', 'refused'],
    ['2002:7f00:1::', 'refused'],
    ['2001:0:1::', 'refused'],
    ['224.0.0.1', 'refused'],
    ['198.18.0.1', 'refused'],
    ['not an address', 'refused'],
  ])('%s is %s', (address, standing) => {
    expect(addressStanding(address, networksOf(LOOPBACK))).toBe(standing);
  });
});
