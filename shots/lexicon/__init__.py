"""The closed lexicon of staging: colours, looks, actions, things and places."""
