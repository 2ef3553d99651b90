"""Who said what in languages whose commas are obligatory: Russian and Ukrainian. Names officials nowhere itself."""
