import type { Settings } from './onramp';

/** An Onramp that would send e-mail, and proposes reminders at once. Nothing listens there: what is sent fails. */
export const MAILING: Settings = {
  ONRAMP_SMTP_URL: 'smtp://127.0.0.1:9',
  ONRAMP_MAIL_FROM: 'Acme Onboarding <onboarding@acme.example>',
  ONRAMP_SENDER_NAME: 'Acme Insurance',
  ONRAMP_REMIND_AFTER_HOURS: '0',
};
