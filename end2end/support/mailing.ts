import type { Settings } from './onramp';

/** Settings to send e-mail and propose reminders immediately. No server listens at the address, so sending fails. */
export const MAILING: Settings = {
  ONRAMP_SMTP_URL: 'smtp://127.0.0.1:9',
  ONRAMP_MAIL_FROM: 'Acme Onboarding <onboarding@acme.example>',
  ONRAMP_SENDER_NAME: 'Acme Insurance',
  ONRAMP_REMIND_AFTER_HOURS: '0',
};
