"""The look: frames, components, tokens. It knows no business and opens no record."""
