import { describe, expect, it } from 'vitest'
import { locationOf } from './location.ts'

describe('locationOf', () => {
  it.each([
    'http://127.0.0.1:1/v1',
    'http://127.9.8.7',
    'http://[::1]:8080/v1',
    'https://localhost/v1',
    'http://LOCALHOST:1',
    'http://2130706433/', // 127.0.0.1 as one number
  ])('%s is this machine', (url) => {
    expect(locationOf(new URL(url))).toBe('loopback')
  })

  it.each([
    'http://128.0.0.1',
    'http://10.0.0.1',
    'http://192.168.1.1',
    'http://0.0.0.0',
    'http://[::]',
    'http://[::2]',
    'http://localhost.example.com',
    'http://api.localhost',
    'http://localhost.:1',
    'http://a.b.localhost:11434/v1',
    'http://[::ffff:127.0.0.1]/',
    'http://127.0.0.1.localhost',
    'http://127.0.0.1.example.com',
    'http://mylocalhost',
    'http://[::ffff:10.0.0.1]/',
  ])('%s is elsewhere', (url) => {
    expect(locationOf(new URL(url))).toBe('remote')
  })
})
