"""`talkwatch demo`: an outlet, a mailbox and a webhook on loopback, and the main job run against them."""
