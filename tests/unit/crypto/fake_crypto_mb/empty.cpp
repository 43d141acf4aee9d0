// A library of the right name without the functions.
extern "C" int mbx_of_another_interface();
int mbx_of_another_interface() {
  return 0;
}
