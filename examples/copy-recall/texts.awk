# Writes texts that end with the four letters that they begin with, 116 bytes
# before:
#   awk -v seed=1 -v count=4000 -v folder=DIR -f texts.awk
function draw() {
  # Lehmer's generator, so that every awk writes the same texts.
  seed = seed * 16807 % 2147483647
  return seed / 2147483647
}
BEGIN {
  for (i = 0; i < count; ++i) {
    key = ""
    for (j = 0; j < 4; ++j)
      key = key substr("ABCDEFGHIJKLMNOP", 1 + int(16 * draw()), 1)
    file = sprintf("%s/%05d.txt", folder, i)
    printf "%s. It is a truth universally acknowledged, that a single man in possession of a good fortune must be in want of %s.\n", key, key > file
    close(file)
  }
}
