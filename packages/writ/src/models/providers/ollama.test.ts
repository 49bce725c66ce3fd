import { describe, expect, it } from 'vitest'
import { ollamaUrl } from './ollama.ts'

describe('ollamaUrl', () => {
  it.each([
    ['', 'http://127.0.0.1:11434/v1'],
    ['127.0.0.1', 'http://127.0.0.1:11434/v1'],
    ['127.0.0.1:5555', 'http://127.0.0.1:5555/v1'],
    [':5555', 'http://127.0.0.1:5555/v1'],
    ['0.0.0.0', 'http://127.0.0.1:11434/v1'],
    ['0.0.0.0:80', 'http://127.0.0.1/v1'],
    ['[::]:11434', 'http://[::1]:11434/v1'],
    ['box.lan', 'http://box.lan:11434/v1'],
    ['http://box.lan', 'http://box.lan/v1'],
    ['https://box.lan/ollama/', 'https://box.lan/ollama/v1'],
  ])('%j is %s', (host, url) => {
    expect(ollamaUrl(host)).toBe(url)
  })

  it.each(['ftp://x', 'http://', 'a b'])('refuses %j', (host) => {
    expect(() => ollamaUrl(host)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})
