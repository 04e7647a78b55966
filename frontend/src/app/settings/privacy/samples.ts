/** One made-up customer as the server shows them; `tests/web/test_masking.py` compares. */
const PHONE = '+44 7700 900318';
const PHONE_MASKED = '+44 ••• ••• 18';
const EMAIL = 'anna@example.com';
const EMAIL_MASKED = 'a•••@e•••.com';

export const SAMPLES = {
  nothing: { phone: PHONE, email: EMAIL, written: PHONE },
  addresses: { phone: PHONE_MASKED, email: EMAIL_MASKED, written: PHONE },
  messages: { phone: PHONE_MASKED, email: EMAIL_MASKED, written: PHONE_MASKED },
} as const;
