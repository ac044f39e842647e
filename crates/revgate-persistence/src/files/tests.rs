mod disk;
mod faults;
