"""The provable draw in public: check a proof, commit to a draw, reveal it. Nothing that is sent is kept."""
