"""A hospital's archive (PACS): find and fetch studies, take what is sent, answer it. Off unless configured."""
