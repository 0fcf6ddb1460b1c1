# Writes texts that end with the letter that they begin with, 27 bytes before:
#   awk -v seed=1 -v count=400 -v folder=DIR -f recall.awk
BEGIN {
  for (i = 0; i < count; ++i) {
    seed = seed * 16807 % 2147483647
    key = substr("ABCDEFGHIJKLMNOP", 1 + int(seed / 2147483647 * 16), 1)
    file = sprintf("%s/%03d.txt", folder, i)
    printf ".%s is what you must recall: %s\n", key, key > file
    close(file)
  }
}
