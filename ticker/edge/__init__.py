"""HTTP that several rooms share: problems, rendered bytes, limits, assets."""
