import { describe, expect, it } from 'vitest';
import { makeConversation, ME } from '@/shared/store/testing';
import { concerns } from './concern';

describe('a conversation concerns an agent', () => {
  it('who answers or follows it, and nobody else', () => {
    expect(concerns(makeConversation('c', { assignee_id: ME }), ME)).toBe(true);
    expect(concerns(makeConversation('c', { follower_ids: ['other', ME] }), ME)).toBe(true);
    expect(concerns(makeConversation('c', { assignee_id: 'other', follower_ids: ['other'] }), ME)).toBe(false);
    expect(concerns(makeConversation('c'), ME)).toBe(false);
  });
});
